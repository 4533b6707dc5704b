//! A Rust program that follows an environment, behind the line protocol of clients/protocol.ts.
mod protocol;

use open_feature::{EvaluationContext, EvaluationResult, OpenFeature};
use open_feature_flagd::{FlagdOptions, FlagdProvider, ResolverType};
use serde_json::{json, Value};
use std::env::var;
use tokio::io::{AsyncBufReadExt, BufReader};

// docs: begin
async fn connect(host: String, port: u16, environment_key: String) -> Result<open_feature::Client, Box<dyn std::error::Error>> {
    let provider = FlagdProvider::new(FlagdOptions {
        resolver_type: ResolverType::InProcess,
        host,
        port,
        selector: Some(environment_key), // ser.…: this client can send no header of its own
        deadline_ms: 10_000,
        keep_alive_time_ms: 30_000,
        cache_settings: None, // a cache would go on answering after a change
        ..Default::default()
    })
    .await?;
    let mut api = OpenFeature::singleton_mut().await;
    api.set_provider(provider).await;
    Ok(api.create_client())
}

/// Every answer is a `Result`: what goes wrong, and what Flagsmith has switched off, is an error and means your default.
async fn is_on(client: &open_feature::Client, flag: &str, context: &EvaluationContext) -> bool {
    client.get_bool_value(flag, Some(context), None).await.unwrap_or(false)
}
// docs: end

fn say(line: Value) {
    println!("{line}");
}

async fn answer(client: &open_feature::Client, question: &Value, context: &EvaluationContext) -> Value {
    let flag = question["flag"].as_str().unwrap_or("");
    let fallback = &question["fallback"];
    let (asked, nothing) = (Some(context), None);
    match question["type"].as_str() {
        Some("boolean") => protocol::told(client.get_bool_details(flag, asked, nothing).await, fallback),
        Some("string") => protocol::told(client.get_string_details(flag, asked, nothing).await, fallback),
        Some("integer") => protocol::told(client.get_int_details(flag, asked, nothing).await, fallback),
        _ => protocol::told(client.get_float_details(flag, asked, nothing).await, fallback),
    }
}

#[tokio::main]
async fn main() -> EvaluationResult<()> {
    let option = |name: &str| var(name).unwrap_or_default();
    let port = option("SERVER_PORT").parse().expect("SERVER_PORT");
    let client = match connect(option("SERVER_HOST"), port, option("ENVIRONMENT_KEY")).await {
        Ok(client) => {
            say(json!({"event": "READY", "message": ""}));
            client
        }
        Err(error) => {
            say(json!({"event": "REFUSED", "message": error.to_string()}));
            OpenFeature::singleton().await.create_client()
        }
    };
    is_on(&client, "new_checkout", &EvaluationContext::default()).await;
    say(json!({"event": "STARTED", "message": ""}));
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let asked: Value = serde_json::from_str(&line).expect("a line of JSON");
        let contexts: Vec<_> = protocol::list(&asked["contexts"]).iter().map(protocol::context).collect();
        let mut answers = Vec::new();
        for question in protocol::list(&asked["questions"]) {
            let mut of_flag = Vec::new();
            for context in &contexts {
                of_flag.push(answer(&client, question, context).await);
            }
            answers.push(of_flag);
        }
        say(json!({"id": asked["id"], "answers": answers}));
    }
    Ok(())
}
