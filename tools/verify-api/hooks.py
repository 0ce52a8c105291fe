"""Checks of our own for schemathesis: what the API promises beyond its document."""

import json
import os
import re
from collections import Counter

import requests
import schemathesis
from schemathesis.core.jsonschema import make_validator
from schemathesis.core.parameters import ParameterLocation

# What the document cannot say, by the beginning of the rule in the fault.
MEANINGS = [
    # Lengths of time and instants have bounds, some of them counted from now.
    r"must be \d+ \w+ to (\d+|a) \w+(, as a number of milliseconds)?, and is (shorter|longer)",
    r"must be at most (7 days after createdAt|a year ahead)",
    r"must be when the order was created, at most an hour ahead",
    r"must not be (shorter than first|sooner than the deadline that it moves)",
    r"must not lie more than an hour in the past",
    r"puts the deadline more than an hour into the past",
    # A field that only goes with another one of another place.
    r"must be the sub-appid given at placement, and needs subMchid",
    r"must be the sub-merchant's number, 1 to 32 digits in quotes, and not the merchant's own",
    r"must be the order number given at placement: ",
    r"must be CNY, the only currency of v3",
    r"must be \{ since \} or \{ cursor \}, one of them",
    r"must list 'created' or 'in-service', each once; nothing only with giveUp",
    r"cannot be (more than \['created'\]|given) with ifNotConfirmedWithin",
    # Values that somebody else knows.
    r"must be an ISO 4217 code",
    r"must be the cursor of a page of this feed",
    r"is the cursor of a feed of another merchant",
    r"must be 1 to 30 characters that can be seen",
    # The state of the order.
    r"must be (another number than the order’s own|the number that the first request named)",
    r"cannot move the deadline",
    r"cannot be taken: the service order has \d+ requests to cancel already",
    r"is contradicted: WeChat Pay has shown the order",
]
IS_MEANING = re.compile("|".join(f"(?:{rule})" for rule in MEANINGS))


@schemathesis.check
def refused_for_its_meaning(ctx, response, case):
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 400:
        return
    problem = json.loads(response.content)
    assert problem["code"] == "invalid-order", f"Valid data are refused as {problem['code']}"
    for fault in problem["faults"]:
        assert IS_MEANING.match(fault["rule"]), f"Valid data are refused for their form: {json.dumps(fault)}"


@schemathesis.check
def unknown_is_refused(ctx, response, case):
    """Schemathesis itself lets an API take fields and queries that are not known."""
    if response.status_code >= 300:
        return
    known = case.operation.get_parameter_set(ParameterLocation.QUERY)
    unknown = [name for name in case.query or {} if name not in known]
    assert not unknown, f"Queries that are not known are taken: {unknown}"
    body = case.operation.get_body_for_media_type(case.media_type) if isinstance(case.body, dict) else None
    if body is not None:
        validator = make_validator(body.optimized_schema, case.operation.schema.adapter.jsonschema_validator_cls)
        assert validator.is_valid(case.body), f"A body that the document forbids is taken: {json.dumps(case.body)}"


OTHER = {"Authorization": f"Bearer {os.environ['VERIFY_API_OTHER']}"}
TRIED_AS_OTHER = Counter()


@schemathesis.check
def kept_from_others(ctx, response, case):
    """object_level_authorization does not see whose an order is: its number is chosen by who starts it."""
    sent = response.request
    if response.status_code >= 300 or TRIED_AS_OTHER[case.operation.label] >= 3:
        return
    TRIED_AS_OTHER[case.operation.label] += 1
    answer = requests.request(sent.method, sent.url, headers={**sent.headers, **OTHER}, data=sent.body, timeout=30)
    assert answer.status_code == 403, f"The token of another merchant is answered {answer.status_code}"
