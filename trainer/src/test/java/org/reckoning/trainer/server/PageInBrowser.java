package org.reckoning.trainer.server;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/**
 * The page of a server in a headless Chromium. As a program it takes the screenshots of {@code
 * docs/serve.md}: {@code PageInBrowser URL DIRECTORY}.
 */
final class PageInBrowser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ChromeDriver driver;

  private PageInBrowser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Opens a page; empty if this machine has no Chromium with its driver. */
  static Optional<PageInBrowser> open(URI page, int width, int height) {
    Optional<Path> browser = program("chromium").or(() -> program("google-chrome"));
    Optional<Path> driver = program("chromedriver");
    if (browser.isEmpty() || driver.isEmpty()) {
      return Optional.empty();
    }
    ChromeOptions options = new ChromeOptions().setBinary(browser.get().toString());
    options.addArguments(
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage");
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driver.get().toFile())
            .withSilent(true)
            .build();
    PageInBrowser opened = new PageInBrowser(new ChromeDriver(service, options));
    opened.driver.manage().window().setSize(new Dimension(width, height));
    opened.driver.get(page.toString());
    opened.await(() -> !opened.driver.getTitle().equals("Reckoning"));
    return Optional.of(opened);
  }

  private static Optional<Path> program(String name) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** A condition that becomes true. */
  @FunctionalInterface
  private interface Condition {
    boolean holds();
  }

  private void await(Condition condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "the page shows: " + driver.findElement(By.tagName("body")).getText());
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private WebElement at(String id) {
    return driver.findElement(By.id(id));
  }

  /** Chooses an example by the keyboard. */
  void loadExample(int number) {
    at("example").sendKeys(Keys.DOWN.toString().repeat(number), Keys.TAB);
  }

  String value(String id) {
    return String.valueOf(at(id).getDomProperty("value"));
  }

  void write(String id, String text) {
    at(id).clear();
    at(id).sendKeys(text);
  }

  /** Asks by the keyboard, and waits until the page has an answer or an error. */
  void ask() {
    at("questions").sendKeys(Keys.chord(Keys.CONTROL, Keys.ENTER));
    await(() -> at("ask").isEnabled() && !at("state").getText().endsWith(".."));
  }

  /** Returns the texts of elements, by a selector. */
  List<String> texts(String selector) {
    return driver.findElements(By.cssSelector(selector)).stream().map(WebElement::getText).toList();
  }

  String text(String id) {
    return at(id).getText();
  }

  /** Returns the id of the element that has the focus. */
  String focused() {
    return String.valueOf(driver.switchTo().activeElement().getDomProperty("id"));
  }

  /** Returns whether all of the page is within the width of the window. */
  boolean fitsTheWidth() {
    return Boolean.TRUE.equals(
        driver.executeScript(
            "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
  }

  void resize(int width, int height) {
    driver.manage().window().setSize(new Dimension(width, height));
  }

  void dark(boolean on) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", on ? "dark" : "light"))));
  }

  /** Returns messages of the browser: errors of the script, refused resources. */
  List<String> complaints() {
    return driver.manage().logs().get("browser").getAll().stream()
        .map(entry -> entry.getMessage())
        .toList();
  }

  void screenshot(Path file) throws IOException {
    Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
  }

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[1]);
    try (PageInBrowser page = open(URI.create(args[0]), 1180, 900).orElseThrow()) {
      page.loadExample(1);
      page.ask();
      page.screenshot(directory.resolve("serve-wide.png"));
      page.resize(500, 1500);
      page.dark(true);
      page.screenshot(directory.resolve("serve-narrow.png"));
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
