package org.reckoning.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Versions of the program, TensorFlow Java and Java: {@code reckoning 0.1.0}, ... */
final class VersionInfo implements IVersionProvider {
  @Override
  public String[] getVersion() {
    Properties versions = new Properties();
    try (InputStream in = VersionInfo.class.getResourceAsStream("version.properties")) {
      versions.load(Objects.requireNonNull(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new String[] {
      "reckoning " + versions.getProperty("reckoning"),
      "TensorFlow Java " + versions.getProperty("tensorflow"),
      "Java " + System.getProperty("java.version")
    };
  }
}
