package org.reckoning.trainer.serving;

import java.net.IDN;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Address of a model server, in any form that users paste. User and password are sent, but never
 * shown.
 *
 * <pre>{@code
 * http://localhost:8501    http://tf_serving:8501    http://[::1]:8501    https://joe:secret@gateway/path
 * http://localhost:8501/v1/models/kinship/versions/3:predict
 * }</pre>
 */
public final class ServerAddress {
  private static final Pattern START = Pattern.compile("(?i)(https?)://");
  private static final Pattern HOST_AND_PORT =
      Pattern.compile("(\\[[^\\[\\]]*]|[^:\\[\\]]*)(?::([^:\\[\\]]*))?");
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[A-Za-z0-9._~-]+)?]");
  private static final Pattern PATH =
      Pattern.compile(
          "(.*?)(?:/v1/models(?:/([^/:]+)(?:/versions/([0-9]+))?(?:/metadata|:predict)?)?)?/*");
  private static final int LARGEST_PORT = 65_535;

  private final String shown;
  private final String base;
  private final @Nullable String model;
  private final @Nullable String version;
  private final @Nullable String authorization;
  private final List<String> secrets;

  private ServerAddress(
      String shown,
      String base,
      @Nullable String model,
      @Nullable String version,
      @Nullable String authorization,
      List<String> secrets) {
    this.shown = shown;
    this.base = base;
    this.model = model;
    this.version = version;
    this.authorization = authorization;
    this.secrets = secrets;
  }

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException if it is not the address of a server, with one sentence
   *     without user and password
   */
  public static ServerAddress of(String given) {
    String text = given.strip();
    Matcher start = START.matcher(text);
    if (!start.lookingAt()) {
      throw noAddress(text);
    }
    int end = endOfHost(text, start.end());
    String authority = text.substring(start.end(), end);
    String rest = text.substring(end);
    if (rest.contains("@")) { // the text before @ may be a password
      throw new IllegalArgumentException(
          "server (%s) must not have '@' after '/', '?' or '#': write these as %%2F, %%3F and %%23 in a password, and '@' as %%40 in a path"
              .formatted(withoutUser(text)));
    }
    String scheme = start.group();
    if (rest.contains("?") || rest.contains("#")) { // may contain a key
      throw new IllegalArgumentException(
          "server (%s) must not have a query ('?..') or a fragment ('#..'): leave it out"
              .formatted(scheme + authority.substring(authority.lastIndexOf('@') + 1)));
    }
    return of(scheme, authority, rest, noAddress(text));
  }

  private static ServerAddress of(
      String scheme, String authority, String path, IllegalArgumentException noAddress) {
    int at = authority.lastIndexOf('@');
    Matcher place = HOST_AND_PORT.matcher(authority.substring(at + 1));
    if (!place.matches()) {
      throw new IllegalArgumentException(
          "server (%s) must have an IPv6 address in brackets, as in http://[::1]:8501"
              .formatted(scheme + authority.substring(at + 1)));
    }
    String host = place.group(1);
    String ascii = ascii(host);
    if (ascii == null) {
      throw noAddress;
    }
    String port = port(scheme + host, place.group(2));
    Matcher parts = PATH.matcher(path);
    String gateway = parts.matches() ? parts.group(1) : path;
    String shown = scheme + host + port + gateway;
    if (gateway.contains("/v1/models/")) {
      throw new IllegalArgumentException(
          "server (%s) must end with /v1/models/NAME or /v1/models/NAME/versions/NUMBER, or without a model"
              .formatted(shown));
    }
    List<String> secrets = new ArrayList<>();
    String authorization =
        at < 0 ? null : authorization(shown, authority.substring(0, at), secrets);
    String base = escaped(scheme + ascii + port, gateway, shown);
    return new ServerAddress(
        shown, base, parts.group(2), parts.group(3), authorization, List.copyOf(secrets));
  }

  private static IllegalArgumentException noAddress(String text) {
    return new IllegalArgumentException(
        "server (%s) must be an address such as http://localhost:8501"
            .formatted(withoutUser(text)));
  }

  private static int endOfHost(String text, int from) {
    int end = from;
    while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return end;
  }

  /** Returns an address without user and password: without all text before the last {@code @}. */
  static String withoutUser(String address) {
    int start = address.indexOf("://") + 1;
    int from = start == 0 ? 0 : start + 2;
    int at = address.lastIndexOf('@');
    return at < from ? address : address.substring(0, from) + address.substring(at + 1);
  }

  /** Returns a host in ASCII; null if it is invalid. Names may have underscores. */
  private static @Nullable String ascii(String host) {
    String ascii = host;
    if (!host.startsWith("[")) {
      try {
        ascii = IDN.toASCII(host);
      } catch (IllegalArgumentException e) { // a part is empty or too long
        return null;
      }
    }
    return HOST.matcher(ascii).matches() ? ascii : null;
  }

  /** Returns the port. The message does not show a text: it may be a password. */
  private static String port(String before, @Nullable String given) {
    if (given == null || given.isEmpty()) {
      return "";
    }
    if (!given.matches("[0-9]+")) {
      throw new IllegalArgumentException(
          "port of server (%s) must be a number from 1 to %d".formatted(before, LARGEST_PORT));
    }
    String digits = given.replaceFirst("^0+(?=.)", "");
    if (digits.length() > 5 || digits.equals("0") || Integer.parseInt(digits) > LARGEST_PORT) {
      throw new IllegalArgumentException(
          "port (%s) of server (%s) must be 1 to %d".formatted(given, before, LARGEST_PORT));
    }
    return ":" + digits;
  }

  /** Returns the value of the header. Escapes in user and password are bytes. */
  private static String authorization(String shown, String user, List<String> secrets) {
    String pair = user.contains(":") ? user : user + ":";
    int colon = pair.indexOf(':');
    if (!pair.matches("(?s)(?:[^%]|%[0-9A-Fa-f]{2})*")) {
      throw new IllegalArgumentException(
          "server (%s) must have '%%' of user and password written as %%25".formatted(shown));
    }
    if (pair.substring(0, colon).matches("(?s).*%3[Aa].*")) {
      throw new IllegalArgumentException(
          "server (%s) must have a user without a colon".formatted(shown));
    }
    String characters =
        new String(pair.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    byte[] bytes =
        URLDecoder.decode(characters.replace("+", "%2B"), StandardCharsets.ISO_8859_1)
            .getBytes(StandardCharsets.ISO_8859_1);
    String encoded = Base64.getEncoder().encodeToString(bytes);
    String decoded = new String(bytes, StandardCharsets.UTF_8);
    secrets.add(encoded);
    secrets.add(pair.substring(colon + 1));
    secrets.add(decoded.substring(decoded.indexOf(':') + 1));
    secrets.removeIf(String::isEmpty);
    return "Basic " + encoded;
  }

  private static String escaped(String server, String path, String shown) {
    try {
      String rest = new URI("x://x" + path).toASCIIString().substring("x://x".length());
      return new URL(server + rest).toString();
    } catch (URISyntaxException | MalformedURLException e) {
      throw new IllegalArgumentException(
          "server (%s) must be an address: write blanks in its path as %%20".formatted(shown), e);
    }
  }

  /** Returns the name of the model; null if the address has none. */
  public @Nullable String model() {
    return model;
  }

  /** Returns the version of the model; null if the address has none. */
  public @Nullable String version() {
    return version;
  }

  /** Returns the value of the header for user and password; null without them. */
  @Nullable String authorization() {
    return authorization;
  }

  /** Returns the URL of a path at the server. */
  URL url(String path) {
    try {
      return new URL(base + path);
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException("path (%s) must be valid in a URL".formatted(path), e);
    }
  }

  /** Returns whether a URL belongs to this server, which may get user and password. */
  boolean isOriginOf(URL other) {
    URL own = url("");
    return own.getProtocol().equalsIgnoreCase(other.getProtocol())
        && own.getHost().equalsIgnoreCase(other.getHost())
        && port(own) == port(other);
  }

  private static int port(URL url) {
    return url.getPort() < 0 ? url.getDefaultPort() : url.getPort();
  }

  /** Returns a text of the server without user and password, which it may quote. */
  String hideSecrets(String text) {
    String hidden = text;
    for (String secret : secrets) {
      hidden = hidden.replace(secret, "***");
    }
    return hidden;
  }

  /** Returns the address of the server without model, user and password. */
  @Override
  public String toString() {
    return shown;
  }
}
