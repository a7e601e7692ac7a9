#!/bin/sh
# Installs fupin into ./venv from the files of this folder only.
set -eu
cd "$(dirname "$0")"
python=""
for candidate in "${PYTHON:-}" python3.11 python3; do
    if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
        python="$candidate"
        break
    fi
done
if [ -z "$python" ]; then
    echo "错误: 没有找到 Python 3.11" >&2
    echo "提示: 先装 Python 3.11，或写明它在哪里：PYTHON=/路径/python3.11 sh install.sh" >&2
    exit 1
fi
if ! "$python" -m venv venv; then
    echo "错误: 建立不了 venv" >&2
    echo "提示: 装上 python3.11-venv（或 python3.11 的完整安装），再运行一次" >&2
    exit 1
fi
venv/bin/python -m pip install --quiet --disable-pip-version-check --no-index --find-links wheels \
    --require-hashes --force-reinstall -r requirements.txt
venv/bin/fupin --version
echo "装好了：$(pwd)/venv/bin/fupin"
