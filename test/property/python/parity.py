"""Flagsmith's engine and flagd's Python evaluator: one line of JSON in, one line of JSON out.

{"engine": {environment, features, segments}, "identities": [...]}  -> [[per identity: {segment id: true|false|"raises"}]], [flags]
{"document": "...", "flags": [...], "contexts": [...]}              -> [flag][context] of {"v": ..}, {"d": 1}, {"e": ".."}
"""

import json
import logging
import sys
import warnings

from flag_engine.segments.evaluator import (
    get_enriched_context,
    get_evaluation_result,
    is_context_in_segment,
)
from openfeature.contrib.tools.flagd.core import FlagdCore
from openfeature.evaluation_context import EvaluationContext

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
DEFAULT = object()


def member(context, segment):
    try:
        return bool(is_context_in_segment(context, segment))
    except Exception as error:  # the engine fails as a whole
        return f"raises {type(error).__name__}"


def flagsmith(question):
    engine = question["engine"]
    answers = []
    for identity in question["identities"]:
        context = {**engine, "identity": identity} if identity else dict(engine)
        context = get_enriched_context(context)
        segments = {key: member(context, segment) for key, segment in engine["segments"].items()}
        try:
            flags = {
                name: [flag["enabled"], flag["value"]]
                for name, flag in get_evaluation_result(context)["flags"].items()
            }
        except Exception:
            flags = None
        answers.append({"segments": segments, "flags": flags})
    return answers


def evaluate(core, flag, context):
    try:
        value = core._resolve(flag, DEFAULT, context, None).value
    except Exception as error:
        return {"e": f"{type(error).__name__}: {error}"[:200]}
    return {"d": 1} if value is DEFAULT else {"v": value}


def flagd(question):
    core = FlagdCore()
    try:
        core.set_flags(question["document"])
    except Exception as error:
        refused = {"e": f"document refused: {error}"[:200]}
        return [[refused for _ in question["contexts"]] for _ in question["flags"]]
    contexts = [
        EvaluationContext(
            targeting_key=context.get("targetingKey"),
            attributes={name: value for name, value in context.items() if name != "targetingKey"},
        )
        for context in question["contexts"]
    ]
    return [[evaluate(core, flag, context) for context in contexts] for flag in question["flags"]]


for line in sys.stdin:
    asked = json.loads(line)
    reply = flagsmith(asked) if "engine" in asked else flagd(asked)
    print(json.dumps(reply), flush=True)
