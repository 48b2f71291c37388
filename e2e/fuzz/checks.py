"""What Schemathesis asks of every answer here, beside its own checks."""

import json

import schemathesis

WORDS = {"success", "message", "code", "errorId", "retryAfterMs"}


@schemathesis.check
def refusals_have_the_envelope(ctx, response, case):
    """Whatever is refused, in the document or not, is refused in the same words."""
    if response.status_code < 400 or response.request.method == "HEAD":
        return
    if case.path.startswith("/health"):
        return
    kind = (response.headers.get("content-type") or [""])[0]
    assert kind.startswith("application/json"), f"{response.status_code} comes as {kind or 'nothing'}"
    body = json.loads(response.content)
    assert body.get("success") is False and body.get("message") and body.get("code"), f"no envelope: {body}"
    assert set(body) <= WORDS, f"unknown words: {sorted(set(body) - WORDS)}"
