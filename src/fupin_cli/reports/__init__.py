"""What monitoring asks for (四(一), 四(二), 二(二)): functions of months and results, nothing rendered."""
