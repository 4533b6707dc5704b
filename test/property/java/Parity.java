import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.openfeature.contrib.providers.flagd.resolver.process.model.FeatureFlag;
import dev.openfeature.contrib.providers.flagd.resolver.process.model.FlagParser;
import dev.openfeature.contrib.providers.flagd.resolver.process.targeting.Operator;
import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.ImmutableStructure;
import dev.openfeature.sdk.Value;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** flagd's Java evaluator: one line {"document", "flags", "contexts"} in, one line [flag][context] of {"v"}, {"d"}, {"e"} out. */
public final class Parity {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Operator OPERATOR = new Operator();

  static Value value(JsonNode node) {
    if (node.isBoolean()) return new Value(node.asBoolean());
    if (node.isTextual()) return new Value(node.asText());
    if (node.isInt()) return new Value(node.intValue());
    if (node.isNumber()) return new Value(node.asDouble());
    if (!node.isObject()) return new Value();
    return new Value(new ImmutableStructure(fields(node)));
  }

  static Map<String, Value> fields(JsonNode node) {
    Map<String, Value> fields = new HashMap<>();
    node.fields().forEachRemaining(entry -> fields.put(entry.getKey(), value(entry.getValue())));
    return fields;
  }

  static EvaluationContext context(JsonNode node) {
    Map<String, Value> attributes = fields(node);
    attributes.remove("targetingKey");
    JsonNode key = node.get("targetingKey");
    return key != null && key.isTextual()
        ? new ImmutableContext(key.asText(), attributes)
        : new ImmutableContext(attributes);
  }

  static Map<String, Object> answer(String key, FeatureFlag flag, EvaluationContext context) {
    if (flag == null) return Map.of("e", "no such flag");
    if ("DISABLED".equals(flag.getState())) return Map.of("d", 1);
    Object name;
    try {
      boolean untargeted = FeatureFlag.EMPTY_TARGETING_STRING.equals(flag.getTargeting());
      name = untargeted ? null : OPERATOR.apply(key, flag.getTargeting(), context);
    } catch (Throwable error) {
      Throwable cause = error;
      while (cause.getCause() != null) cause = cause.getCause();
      return Map.of("e", String.valueOf(cause));
    }
    String variant = name == null ? flag.getDefaultVariant() : String.valueOf(name);
    if (name == null && (variant == null || variant.isEmpty())) return Map.of("d", 1);
    Object held = flag.getVariants().get(variant);
    return held == null ? Map.of("e", "no variant " + variant) : Map.of("v", held);
  }

  static List<List<Map<String, Object>>> reply(JsonNode question) {
    Map<String, FeatureFlag> flags = new HashMap<>();
    String refused = null;
    try {
      flags = FlagParser.parseString(question.get("document").asText(), false).getFlags();
    } catch (Exception error) {
      refused = "document refused: " + error.getMessage();
    }
    List<EvaluationContext> contexts = new ArrayList<>();
    question.get("contexts").forEach(node -> contexts.add(context(node)));
    List<List<Map<String, Object>>> answers = new ArrayList<>();
    for (JsonNode key : question.get("flags")) {
      List<Map<String, Object>> row = new ArrayList<>();
      for (EvaluationContext context : contexts) {
        row.add(refused == null ? answer(key.asText(), flags.get(key.asText()), context) : Map.of("e", refused));
      }
      answers.add(row);
    }
    return answers;
  }

  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(JSON.writeValueAsString(reply(JSON.readTree(line))));
    }
  }
}
