#!/bin/sh
# The main job on the sample county: finds what was planted (exit 1), and says where the workbook is.
set -u
fupin="$1"
here=$(dirname "$0")
"$fupin" check --workspace "$here" --month 2024-05 --force
code=$?
if [ "$code" -ne 1 ]; then
    echo "示例数据里有错误，退出码应为 1，实际为 $code" >&2
    exit 1
fi
