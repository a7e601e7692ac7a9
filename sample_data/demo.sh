#!/bin/sh
# The main job on the sample county, in a copy: check (finds what was planted: exit 1), payroll, approve, the other
# subsidies, reconcile (the bank has not answered yet: exit 1), status, verify.
set -eu
fupin="$1"
here=$(dirname "$0")
demo=demo
rm -rf "$demo"
mkdir "$demo"
cp -r "$here/inbox" "$here/fupin.toml" "$demo/"

expect() {
    wanted="$1"
    shift
    echo
    echo "\$ fupin $*"
    code=0
    "$fupin" "$@" --workspace "$demo" || code=$?
    if [ "$code" -ne "$wanted" ]; then
        echo "退出码应为 $wanted，实际为 $code" >&2
        exit 1
    fi
}

expect 1 check --month 2024-05
expect 1 payroll --month 2024-05 --operator 编制人
expect 0 approve 2024-05 --yes --despite 示例〔2024〕3号 --by 审核人 --document 示例〔2024〕1号
expect 1 subsidy --all --month 2024-05 --operator 编制人 --quiet
expect 0 approve 2024-05 --measure transport --yes --despite 示例〔2024〕3号 --by 审核人 --document 示例〔2024〕2号
expect 1 reconcile 2024-05
expect 0 status
expect 0 verify
