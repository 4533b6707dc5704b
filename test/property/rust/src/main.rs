//! flagd's Rust evaluator: one line {"document", "flags", "contexts"} in, one line [flag][context] of {"v"}, {"d"}, {"e"} out.
use flagd_evaluation_engine::{FeatureFlag, FlagParser, Operator};
use open_feature::{EvaluationContext, EvaluationContextFieldValue as Field, StructValue, Value as Of};
use serde_json::{json, Value};
use std::io::{BufRead, Write};

fn nested(value: &Value) -> Option<Of> {
    Some(match value {
        Value::Bool(held) => Of::Bool(*held),
        Value::String(text) => Of::String(text.clone()),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Of::Int(whole),
            None => Of::Float(number.as_f64()?),
        },
        Value::Object(fields) => {
            let mut inner = StructValue::default();
            for (name, field) in fields {
                if let Some(held) = nested(field) {
                    inner.fields.insert(name.clone(), held);
                }
            }
            Of::Struct(inner)
        }
        _ => return None,
    })
}

fn field(value: &Value) -> Option<Field> {
    Some(match nested(value)? {
        Of::Bool(held) => Field::Bool(held),
        Of::Int(whole) => Field::Int(whole),
        Of::Float(number) => Field::Float(number),
        Of::String(text) => Field::String(text),
        Of::Struct(inner) => Field::new_struct(inner),
        _ => return None,
    })
}

fn context(value: &Value) -> EvaluationContext {
    let mut made = EvaluationContext::default();
    for (name, held) in value.as_object().into_iter().flatten() {
        if name == "targetingKey" {
            made.targeting_key = held.as_str().map(str::to_string);
        } else if let Some(held) = field(held) {
            made.custom_fields.insert(name.clone(), held);
        }
    }
    made
}

fn answer(operator: &Operator, key: &str, flag: &FeatureFlag, context: &EvaluationContext) -> Value {
    if flag.state == "DISABLED" {
        return json!({"d": 1});
    }
    let targeted = match &flag.targeting {
        None => Ok(None),
        Some(_) => operator.apply(key, &flag.get_targeting(), context),
    };
    let name = match targeted {
        Err(error) => return json!({"e": format!("{error:?}")}),
        Ok(None) if flag.default_variant.is_empty() => return json!({"d": 1}),
        Ok(None) => flag.default_variant.clone(),
        Ok(Some(name)) => name,
    };
    match flag.variants.get(&name) {
        Some(value) => json!({"v": value}),
        None => json!({"e": format!("no variant {name}")}),
    }
}

fn reply(question: &Value, operator: &Operator) -> Value {
    let contexts: Vec<_> = question["contexts"].as_array().into_iter().flatten().map(context).collect();
    let keys: Vec<&str> = question["flags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let of_all = |answer: Value| json!(keys.iter().map(|_| vec![answer.clone(); contexts.len()]).collect::<Vec<_>>());
    match FlagParser::parse_string(question["document"].as_str().unwrap_or("")) {
        Err(error) => of_all(json!({"e": format!("document refused: {error:?}")})),
        Ok(document) => keys
            .iter()
            .map(|key| match document.flags.get(*key) {
                None => json!(vec![json!({"e": "no such flag"}); contexts.len()]),
                Some(flag) => contexts.iter().map(|context| answer(operator, key, flag, context)).collect(),
            })
            .collect(),
    }
}

fn main() {
    let operator = Operator::new();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        writeln!(out, "{}", reply(&question, &operator)).expect("standard output");
        out.flush().expect("standard output");
    }
}
