package org.reckoning.trainer.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
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

/** Messages for files that cannot be read or written: name, reason and remedy in one sentence. */
public final class FileProblem {
  private FileProblem() {}

  /** Returns an exception for a file that cannot be written. */
  public static IOException cannotWrite(Path file, IOException e) {
    return cannotWrite("'" + file + "'", e);
  }

  /**
   * Returns an exception for an output that cannot be written.
   *
   * @param shown name of the output, for the message
   */
  public static IOException cannotWrite(String shown, IOException e) {
    String reason =
        e instanceof NotDirectoryException above
            ? "'%s' is not a directory".formatted(above.getFile())
            : reason(e);
    return new IOException(
        "%s cannot be written: %s%s".formatted(shown, reason, remedy(reason)), e);
  }

  /** Returns an exception for a file that cannot be read. */
  public static IOException cannotRead(Path file, IOException e) {
    return new IOException("'%s' cannot be read: %s".formatted(file, reason(e)), e);
  }

  /** Returns a stream from a file whose failures name the file. */
  public static InputStream naming(Path file, InputStream in) {
    return new NamedInput(file, in);
  }

  /** Returns a stream to a file whose failures name the file. */
  public static OutputStream naming(Path file, OutputStream out) {
    return new NamedOutput(file, out);
  }

  /** Returns the reason of a failure, without names of files and classes. */
  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
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
      return "the compressed data is damaged or incomplete%s; get the file again"
          .formatted(e.getMessage() == null ? "" : " (%s)".formatted(e.getMessage()));
    }
    if (e instanceof FileSystemLoopException) {
      return "its links form a circle";
    }
    String text =
        e instanceof FileSystemException file && file.getReason() != null
            ? file.getReason()
            : e instanceof FileSystemException ? null : e.getMessage(); // else the name alone
    return text == null || text.isBlank() ? "the system gave no reason" : text;
  }

  /** Returns a remedy for a reason, after a semicolon; empty if none is known. */
  public static String remedy(String reason) {
    String lower = reason.toLowerCase(Locale.ROOT);
    if (lower.contains("no space left") || lower.contains("quota exceeded")) {
      return "; free some space or choose a place on another disk";
    }
    return lower.contains("read-only file system") ? "; choose another place" : "";
  }
}
