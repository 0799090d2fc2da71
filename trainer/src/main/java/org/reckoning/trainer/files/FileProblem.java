package org.reckoning.trainer.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.ZipException;

/** Says in a sentence why a file could not be read or written: its name, the reason, a remedy. */
public final class FileProblem {
  private FileProblem() {}

  /** Returns the exception for a file that could not be written. */
  public static IOException cannotWrite(Path file, IOException e) {
    return cannotWrite("'" + file + "'", e);
  }

  /**
   * Returns the exception for something that could not be written.
   *
   * @param shown its name, as it is to stand in the sentence
   */
  public static IOException cannotWrite(String shown, IOException e) {
    return new IOException(
        "%s cannot be written: %s%s".formatted(shown, reason(e), remedy(reason(e))), e);
  }

  /** Returns the exception for a file that could not be read. */
  public static IOException cannotRead(Path file, IOException e) {
    return new IOException("'%s' cannot be read: %s".formatted(file, reason(e)), e);
  }

  /** Returns a stream to a file whose failures name the file. */
  public static OutputStream naming(Path file, OutputStream out) {
    return new NamedOutput(file, out);
  }

  /** Returns why a file could not be used, without its name and without class names. */
  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file or directory";
    }
    if (e instanceof AccessDeniedException) {
      return "there is no permission for it";
    }
    if (e instanceof NotDirectoryException) {
      return "it is not a directory";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "it exists already";
    }
    if (e instanceof DirectoryNotEmptyException) {
      return "the directory is not empty";
    }
    if (e instanceof EOFException || e instanceof ZipException) {
      return "the compressed data breaks off or is damaged (%s); get the file again"
          .formatted(e.getMessage());
    }
    if (e instanceof FileSystemLoopException) {
      return "its links lead back to it";
    }
    String text =
        e instanceof FileSystemException file && file.getReason() != null
            ? file.getReason()
            : e instanceof FileSystemException ? null : e.getMessage(); // else the file's name
    return text == null || text.isBlank() ? "the system gave no reason" : text;
  }

  /** Returns what to do about a reason, after a semicolon; empty if nothing is known. */
  public static String remedy(String reason) {
    String lower = reason.toLowerCase(Locale.ROOT);
    if (lower.contains("no space left") || lower.contains("quota exceeded")) {
      return "; free some space or choose a place on another disk";
    }
    return lower.contains("read-only file system") ? "; choose another place" : "";
  }
}
