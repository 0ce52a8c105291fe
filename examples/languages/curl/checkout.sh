#!/usr/bin/env bash
# A checkout with curl and jq: checkout.sh start NUMBER [CREATED_AT] | check NUMBER | outcomes
# Nothing can be posted to curl, so `outcomes` reads the feed. Run it every minute, from cron say.
set -euo pipefail

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# call METHOD URL [options of curl]: after 503, --retry waits as Retry-After says. Of several answers, the last one is kept.
call() {
  curl --silent --show-error --fail-with-body --retry 4 --retry-connrefused --max-time 30 --output "$answer" \
    --header @<(printf 'Authorization: Bearer %s' "$ORDERS_TOKEN") --request "$@" || { cat "$answer" >&2; return 1; }
}

# start NUMBER [CREATED_AT]: with a time, an old order, which is at WeChat Pay and which nobody watches.
start() {
  local order='{"api": "v3-global", "amount": {"total": 888, "currency": "HKD"}, "payWithin": "15m"}'
  order=$(jq --arg at "${2:-}" 'if $at == "" then . else . + {createdAt: $at, trustCreatedAt: true} end' <<<"$order")
  call PUT "$MERCHANT_URL/orders/$1" --json "$order"
  cat "$answer"
  if [ $# -gt 1 ] || jq --exit-status .ended "$answer" >/dev/null; then return; fi
  # Here stands your own call to WeChat Pay.
  jq --arg number "$1" '{outTradeNo: $number, amount: {total: 888, currency: "HKD"}, timeExpire}' "$answer" |
    curl --silent --show-error --fail-with-body --json @- --output /dev/null "$SANDBOX_URL/sandbox/orders"
}

check() {
  call POST "$MERCHANT_URL/orders/$1/check"
  cat "$answer"
}

# Keeps each event once, and then the cursor. Prints the newest state of each order.
outcomes() {
  local position is_caught_up=false
  position=since=$(jq --null-input --raw-output 'now - 3600 | todate') # to begin with: of the last hour
  touch outcomes.jsonl
  until [ "$is_caught_up" = true ]; do
    if [ -s cursor ]; then position=cursor=$(<cursor); fi
    call GET "$MERCHANT_URL/outcomes" --get --data-urlencode "$position"
    jq --raw-output '.unwatched[] | "nobody watches \(.workflowId): \(.status)"' "$answer" >&2
    jq --raw-output '.lostBefore // empty | "compare by hand what ended before \(.)"' "$answer" >&2
    jq --compact-output '.events[]' "$answer" >>outcomes.jsonl
    jq --compact-output --slurp 'unique_by(.id)[]' outcomes.jsonl >outcomes.new
    mv outcomes.new outcomes.jsonl
    jq --raw-output .cursor "$answer" >cursor
    is_caught_up=$(jq .isCaughtUp "$answer")
  done
  jq --raw-output --slurp 'group_by(.workflowId)[] | max_by(.sequence) | "\(.workflowId) \(.type)"' outcomes.jsonl
}

case ${1:-} in
start | check | outcomes) "$@" ;;
*) sed -n 's/^# A checkout.*: /usage: /p' "$0" >&2; exit 2 ;;
esac
