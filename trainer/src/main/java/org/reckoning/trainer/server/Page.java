package org.reckoning.trainer.server;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The page that asks the model, and what it reads. */
final class Page {
  private static final String FILE = "page.html";

  private Page() {}

  /** Returns the page at {@code /}, and the description of the model at {@code /model.json}. */
  static Map<String, RestApi.Resource> resources(ServedModelInfo model, Predictor predictor) {
    String html = html();
    HttpAnswer page =
        HttpAnswer.of(HttpResponseStatus.OK, "text/html; charset=utf-8", html)
            .with("Content-Security-Policy", policy(html))
            .with("Referrer-Policy", "no-referrer");
    HttpAnswer description =
        HttpAnswer.json(model.json(predictor.signatures().keySet()).toString());
    Map<String, RestApi.Resource> resources = new LinkedHashMap<>();
    resources.put("/", () -> page);
    resources.put("/model.json", () -> description);
    return resources;
  }

  private static String html() {
    try (InputStream in = Objects.requireNonNull(Page.class.getResourceAsStream(FILE))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Allows the script and the style of the page, by their hashes, and requests to this server. */
  private static String policy(String html) {
    return "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'; script-src '%s'; style-src '%s'"
            .formatted(hash(html, "script"), hash(html, "style"));
  }

  private static String hash(String html, String element) {
    String open = "<" + element + ">";
    int from = html.indexOf(open) + open.length();
    byte[] content =
        html.substring(from, html.indexOf("</" + element + ">")).getBytes(StandardCharsets.UTF_8);
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      return "sha256-" + Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) { // every Java has it
      throw new IllegalStateException(e);
    }
  }
}
