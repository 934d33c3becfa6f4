#!/bin/sh
# Writes vectors.json: what each vendor's signature is, worked out by openssl and not by
# the code that the vectors check. Needs openssl and jq. Run it in this folder.
set -eu

b64() { openssl base64 -A; }
hex() { openssl dgst "-$1" -hmac "$2" | sed 's/^.*= *//'; }
bin() { openssl dgst "-$1" -binary -hmac "$2" | b64; }

one() { # scheme about secret timestamp body
    case "$1" in
    zendesk) value=$(printf '%s%s' "$4" "$5" | bin sha256 "$3") header=X-Zendesk-Webhook-Signature ;;
    zammad) value=sha1=$(printf '%s' "$5" | hex sha1 "$3") header=X-Hub-Signature ;;
    jira) value=sha256=$(printf '%s' "$5" | hex sha256 "$3") header=X-Hub-Signature ;;
    freescout) value=$(printf '%s' "$5" | bin sha1 "$3") header=X-FreeScout-Signature ;;
    esac
    jq -n --arg scheme "$1" --arg about "$2" --arg secret "$3" --arg timestamp "$4" \
        --arg body "$5" --arg body_base64 "$(printf '%s' "$5" | b64)" \
        --arg header "$header" --arg value "$value" '$ARGS.named'
}

plain='{"ticket":{"id":1001,"subject":"Worried about my daughter"}}'
other='{"ticket":{"id":1002,"subject":"Café – “ein Fremder” schreibt ihr 😟"}}'
spaced='{ "ticket" : { "id" : 1003 } ,
  "text" : "two\nlines" }'
at=2026-11-20T09:12:44Z

for scheme in zendesk zammad jira freescout; do
    when=''
    if [ "$scheme" = zendesk ]; then when=$at; fi
    one "$scheme" "an everyday body" "a made-up secret" "$when" "$plain"
    one "$scheme" "letters beyond ASCII" "a made-up secret" "$when" "$other"
    one "$scheme" "spaces and new lines count" "another made-up secret" "$when" "$spaced"
    one "$scheme" "an empty object" "a made-up secret" "$when" '{}'
    one "$scheme" "no body at all" "a made-up secret" "$when" ''
    one "$scheme" "a secret beyond ASCII" "geheim – ü" "$when" "$plain"
done | jq -s . >vectors.json
