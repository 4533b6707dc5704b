"""A Python program that follows an environment, behind the line protocol of clients/protocol.ts."""

import json
import os
import sys
import threading

# docs: begin
from openfeature import api
from openfeature.contrib.provider.flagd import FlagdProvider
from openfeature.contrib.provider.flagd.config import ResolverType
from openfeature.evaluation_context import EvaluationContext
from openfeature.event import ProviderEvent

provider = FlagdProvider(
    resolver_type=ResolverType.IN_PROCESS,
    host=os.environ["SERVER_HOST"],
    port=int(os.environ["SERVER_PORT"]),
    selector=os.environ["ENVIRONMENT_KEY"],  # ser.…: this client can send no header of its own
    deadline_ms=10_000,
    stream_deadline_ms=0,
    keep_alive_time=30_000,
)
client = api.get_client()


def ask(kind, flag, fallback, targeting_key=None, attributes=None):
    """ask("boolean", "new_checkout", False, "ada", {"beta": True})"""
    context = EvaluationContext(targeting_key, attributes or {})
    if kind == "boolean":
        return client.get_boolean_details(flag, fallback, context)
    if kind == "string":
        return client.get_string_details(flag, fallback, context)
    if kind == "integer":
        return client.get_integer_details(flag, fallback, context)
    return client.get_float_details(flag, fallback, context)


# docs: end

writing = threading.Lock()


def say(line):
    with writing:
        print(json.dumps(line, default=str), flush=True)


def handler(name):
    return lambda details: say({"event": name, "message": details.message or ""})


def answer(question, context):
    attributes = {name: value for name, value in context.items() if name != "targetingKey"}
    found = ask(question["type"], question["flag"], question["fallback"], context.get("targetingKey"), attributes)
    error = found.error_code
    return {"value": found.value, "variant": found.variant, "reason": found.reason, "errorCode": error and error.value}


for event in ProviderEvent:
    client.add_handler(event, handler(event.value.removeprefix("PROVIDER_")))
try:
    api.set_provider_and_wait(provider) if hasattr(api, "set_provider_and_wait") else api.set_provider(provider)
except Exception as error:  # refused: it goes on trying, and says so by its events
    say({"event": "REFUSED", "message": str(error)})
say({"event": "STARTED", "message": client.get_provider_status().value})
for text in sys.stdin:
    asked = json.loads(text)
    found = [[answer(question, context) for context in asked["contexts"]] for question in asked["questions"]]
    say({"id": asked["id"], "answers": found})
os._exit(0)
