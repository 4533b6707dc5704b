//! Questions and answers of the line protocol as the SDK's types.
use open_feature::{
    EvaluationContext, EvaluationContextFieldValue as Field, EvaluationDetails, EvaluationResult, StructValue, Value as Of,
};
use serde_json::{json, Value};

/// The members of a list; none of anything else.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The answer as a line tells it; an error means the caller's default.
pub fn told<T: serde::Serialize>(result: EvaluationResult<EvaluationDetails<T>>, fallback: &Value) -> Value {
    match result {
        Ok(details) => {
            let reason = details.reason.map(|reason| reason.to_string());
            json!({"value": details.value, "variant": details.variant, "reason": reason})
        }
        Err(error) => json!({"value": fallback, "reason": "ERROR", "errorCode": error.code.to_string()}),
    }
}

/// The evaluation context of an OpenFeature caller.
pub fn context(value: &Value) -> EvaluationContext {
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
            for (name, held) in fields {
                if let Some(held) = nested(held) {
                    inner.fields.insert(name.clone(), held);
                }
            }
            Of::Struct(inner)
        }
        _ => return None,
    })
}
