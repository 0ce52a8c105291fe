import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;

/** A checkout: Checkout serve | start NUMBER [CREATED_AT] | check NUMBER. */
public final class Checkout {
  private static final int TRIES = 5;
  private static final int MAX_BODY = 64 * 1024;
  private static final String DATABASE = "jdbc:sqlite:shop.db";
  private static final String TABLE =
      "CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, state TEXT NOT NULL)";
  private static final String SAVE =
      """
      INSERT INTO orders VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE
      SET sequence = excluded.sequence, state = excluded.state WHERE orders.sequence < excluded.sequence""";

  private static final Map<String, Object> AMOUNT = Map.of("total", 888, "currency", "HKD");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  /** Without the timeout of its own, a request would wait for ever: that of the client is for the connection only. */
  private static HttpRequest.Builder request(String method, String url, Object body) throws IOException {
    return HttpRequest.newBuilder(URI.create(url))
        .timeout(Duration.ofSeconds(20))
        .header("Content-Type", "application/json")
        .method(method, BodyPublishers.ofString(JSON.writeValueAsString(body)));
  }

  /** Asks the API, and again while the problem may pass: twice is the same as once. */
  private static JsonNode call(String method, String path, Object body) throws IOException, InterruptedException {
    var request =
        request(method, System.getenv("MERCHANT_URL") + "/orders/" + path, body)
            .header("Authorization", "Bearer " + System.getenv("ORDERS_TOKEN"))
            .build();
    for (int tries = 1; ; tries++) {
      long retryAfter = 1;
      try {
        HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
        if (answer.statusCode() < 300) return JSON.readTree(answer.body());
        retryAfter = answer.headers().firstValueAsLong("Retry-After").orElse(-1);
        if (tries == TRIES || retryAfter < 0) throw new IllegalStateException(answer.body());
      } catch (IOException noAnswer) {
        if (tries == TRIES) throw noAnswer;
      }
      Thread.sleep(Duration.ofSeconds(retryAfter).toMillis());
    }
  }

  /** @param createdAt of an old order, which is at WeChat Pay and which nobody watches; otherwise null */
  private static JsonNode start(String number, String createdAt) throws IOException, InterruptedException {
    Map<String, Object> order =
        createdAt == null
            ? Map.of("api", "v3-global", "amount", AMOUNT, "payWithin", "15m")
            : Map.of(
                "api", "v3-global", "amount", AMOUNT, "payWithin", "15m",
                "createdAt", createdAt, "trustCreatedAt", true);
    JsonNode started = call("PUT", number, order);
    if (createdAt != null || started.get("ended").asBoolean()) return started;
    // Here stands your own call to WeChat Pay.
    var placed = Map.of("outTradeNo", number, "amount", AMOUNT, "timeExpire", started.get("timeExpire"));
    var place = request("POST", System.getenv("SANDBOX_URL") + "/sandbox/orders", placed).build();
    HttpResponse<String> answer = HTTP.send(place, BodyHandlers.ofString());
    if (answer.statusCode() >= 300) throw new IllegalStateException(answer.body());
    return started;
  }

  /** Takes a webhook. Everything but 2xx makes the worker post the event again. */
  private static void outcome(HttpExchange exchange, Webhook webhook) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(answerTo(exchange, webhook), -1);
    }
  }

  private static int answerTo(HttpExchange exchange, Webhook webhook) throws IOException {
    if (!exchange.getRequestMethod().equals("POST")) return 405;
    byte[] bytes = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    if (bytes.length > MAX_BODY) return 413;
    String body = new String(bytes, StandardCharsets.UTF_8);
    try {
      webhook.verify(body, exchange.getRequestHeaders());
    } catch (WebhookVerificationException notOurs) {
      return 400;
    }
    JsonNode event = JSON.readTree(body);
    try (var database = DriverManager.getConnection(DATABASE);
        var save = database.prepareStatement(SAVE)) {
      save.setString(1, event.get("workflowId").asText());
      save.setLong(2, event.get("sequence").asLong());
      save.setString(3, event.get("type").asText());
      save.executeUpdate();
      return 204;
    } catch (SQLException notStored) {
      notStored.printStackTrace();
      return 500;
    }
  }

  private static void serve() throws IOException, SQLException {
    try (var database = DriverManager.getConnection(DATABASE);
        var statement = database.createStatement()) {
      statement.execute(TABLE);
    }
    var address = new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv("SHOP_PORT")));
    var server = HttpServer.create(address, 0);
    server.setExecutor(Executors.newFixedThreadPool(4));
    var webhook = new Webhook(System.getenv("OUTCOME_SECRET"));
    server.createContext("/wechatpay/outcomes", exchange -> outcome(exchange, webhook));
    server.start();
  }

  public static void main(String[] words) throws Exception {
    switch (words.length == 0 ? "" : words[0]) {
      case "serve" -> serve();
      case "start" -> System.out.println(start(words[1], words.length > 2 ? words[2] : null));
      case "check" -> System.out.println(call("POST", words[1] + "/check", Map.of()));
      default -> throw new IllegalArgumentException("usage: Checkout serve | start NUMBER [CREATED_AT] | check NUMBER");
    }
  }
}
