import com.fasterxml.jackson.databind.JsonNode;
import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.ImmutableStructure;
import dev.openfeature.sdk.Value;
import java.util.HashMap;
import java.util.Map;

/** Evaluation contexts of the line protocol as the SDK's types. */
final class Contexts {
  private Contexts() {}

  static EvaluationContext of(JsonNode node) {
    Map<String, Value> attributes = fields(node);
    attributes.remove("targetingKey");
    JsonNode key = node.get("targetingKey");
    return key != null && key.isTextual()
        ? new ImmutableContext(key.asText(), attributes)
        : new ImmutableContext(attributes);
  }

  private static Map<String, Value> fields(JsonNode node) {
    Map<String, Value> fields = new HashMap<>();
    node.fields().forEachRemaining(entry -> fields.put(entry.getKey(), value(entry.getValue())));
    return fields;
  }

  private static Value value(JsonNode node) {
    if (node.isBoolean()) return new Value(node.asBoolean());
    if (node.isTextual()) return new Value(node.asText());
    if (node.isInt()) return new Value(node.intValue());
    if (node.isNumber()) return new Value(node.asDouble());
    if (!node.isObject()) return new Value();
    return new Value(new ImmutableStructure(fields(node)));
  }
}
