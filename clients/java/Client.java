import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.openfeature.sdk.EventDetails;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
// docs: begin
import dev.openfeature.contrib.providers.flagd.Config;
import dev.openfeature.contrib.providers.flagd.FlagdOptions;
import dev.openfeature.contrib.providers.flagd.FlagdProvider;
import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.OpenFeatureAPI;

// docs: end

/** A Java program that follows an environment, behind the line protocol of clients/protocol.ts. */
public final class Client {
  // docs: begin
  static FlagdProvider provider(String host, int port, String environmentKey) {
    return new FlagdProvider(
        FlagdOptions.builder()
            .resolverType(Config.Resolver.IN_PROCESS)
            .host(host)
            .port(port)
            .selector(environmentKey) // ser.…; or a header by clientInterceptors
            .deadline(10_000) // the default of 1,000 is too short for a JVM that starts on a busy machine
            .streamDeadlineMs(0)
            .keepAlive(30_000L)
            .build());
  }

  /** {@code ask(client, "boolean", "new_checkout", false, new ImmutableContext("ada", Map.of("beta", new Value(true))))} */
  static FlagEvaluationDetails<?> ask(
      dev.openfeature.sdk.Client client, String type, String flag, Object fallback, EvaluationContext context) {
    switch (type) {
      case "boolean":
        return client.getBooleanDetails(flag, (Boolean) fallback, context);
      case "string":
        return client.getStringDetails(flag, (String) fallback, context);
      case "integer":
        return client.getIntegerDetails(flag, ((Number) fallback).intValue(), context);
      default:
        return client.getDoubleDetails(flag, ((Number) fallback).doubleValue(), context);
    }
  }

  // docs: end

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PrintStream OUT =
      new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

  static synchronized void say(Map<String, ?> line) {
    try {
      OUT.println(JSON.writeValueAsString(line));
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }

  static Consumer<EventDetails> handler(String event) {
    return details -> say(Map.of("event", event, "message", String.valueOf(details.getMessage())));
  }

  static Map<String, Object> answer(dev.openfeature.sdk.Client client, JsonNode question, EvaluationContext context) {
    Object fallback = JSON.convertValue(question.get("fallback"), Object.class);
    String type = question.get("type").asText();
    FlagEvaluationDetails<?> found = ask(client, type, question.get("flag").asText(), fallback, context);
    Map<String, Object> told = new HashMap<>();
    told.put("value", found.getValue());
    told.put("variant", found.getVariant());
    told.put("reason", found.getReason());
    told.put("errorCode", found.getErrorCode());
    return told;
  }

  public static void main(String[] arguments) throws Exception {
    System.setOut(System.err); // loggers write there
    Map<String, String> env = System.getenv();
    OpenFeatureAPI api = OpenFeatureAPI.getInstance();
    dev.openfeature.sdk.Client client = api.getClient();
    client.onProviderReady(handler("READY"));
    client.onProviderConfigurationChanged(handler("CONFIGURATION_CHANGED"));
    client.onProviderStale(handler("STALE"));
    client.onProviderError(handler("ERROR"));
    try {
      int port = Integer.parseInt(env.get("SERVER_PORT"));
      api.setProviderAndWait(provider(env.get("SERVER_HOST"), port, env.get("ENVIRONMENT_KEY")));
    } catch (Exception error) {
      say(Map.of("event", "REFUSED", "message", String.valueOf(error.getMessage())));
    }
    say(Map.of("event", "STARTED", "message", String.valueOf(client.getProviderState())));
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode asked = JSON.readTree(line);
      List<EvaluationContext> contexts = new ArrayList<>();
      asked.get("contexts").forEach(node -> contexts.add(Contexts.of(node)));
      List<List<Map<String, Object>>> answers = new ArrayList<>();
      for (JsonNode question : asked.get("questions")) {
        List<Map<String, Object>> row = new ArrayList<>();
        for (EvaluationContext context : contexts) row.add(answer(client, question, context));
        answers.add(row);
      }
      say(Map.of("id", asked.get("id").asInt(), "answers", answers));
    }
    System.exit(0);
  }
}
