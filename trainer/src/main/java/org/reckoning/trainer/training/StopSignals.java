package org.reckoning.trainer.training;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Handles Ctrl-C, {@code kill} and a closed terminal. While a run {@linkplain #hold holds} steps
 * that no checkpoint has, the first signal asks it to save and stop, and the second one ends the
 * process at once. While it holds none, as during a compilation, the first signal ends the process.
 *
 * <pre>{@code
 * try (StopSignals signals = StopSignals.install(resumeCommand, progress::message)) {
 *   while (step < steps && !signals.requested()) {
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <p>A signal that the process was started to ignore, as {@code nohup} does, stays ignored.
 */
public final class StopSignals implements AutoCloseable, StopRequest {
  /**
   * System property of a process whose parent passes signals on. {@code kill} of a job and {@code
   * timeout} send one to both, so a second signal is ignored: the parent ends the process by
   * SIGKILL.
   */
  public static final String HAS_PARENT = "reckoning.signals.parent";

  /** Numbers of the signals: a process ended by a signal has the exit code 128 + number. */
  private static final Map<String, Integer> NUMBERS = numbers();

  private final String resumeCommand;
  private final Consumer<String> say;
  private final IntConsumer end;
  private final List<Runnable> restore = new ArrayList<>();
  private volatile @Nullable String received;
  private boolean holds;

  private StopSignals(String resumeCommand, Consumer<String> say, IntConsumer end) {
    this.resumeCommand = resumeCommand;
    this.say = say;
    this.end = end;
  }

  private static Map<String, Integer> numbers() {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    numbers.put("HUP", 1);
    numbers.put("INT", 2);
    numbers.put("TERM", 15);
    return numbers;
  }

  /**
   * Handles SIGHUP, SIGINT and SIGTERM until {@link #close}.
   *
   * @param resumeCommand command that resumes the run
   * @param say takes one sentence for the user; called by another thread
   * @param end ends the process at once, with an exit code
   */
  public static StopSignals install(String resumeCommand, Consumer<String> say, IntConsumer end) {
    StopSignals signals = new StopSignals(resumeCommand, say, end);
    NUMBERS.forEach((name, number) -> signals.takeOver(name, number));
    return signals;
  }

  @Override
  public boolean requested() {
    return received != null;
  }

  @Override
  public synchronized void hold() {
    holds = true;
  }

  @Override
  public synchronized boolean release() {
    holds = received != null;
    return !holds;
  }

  /**
   * Returns the exit code for the received signal: 130 for Ctrl-C, 143 for {@code kill}, 0 without
   * a signal.
   */
  public int exitCode() {
    String name = received;
    return name == null ? 0 : 128 + NUMBERS.getOrDefault(name, 0);
  }

  /** Restores the former handlers. */
  @Override
  public void close() {
    restore.forEach(Runnable::run);
    restore.clear();
  }

  private synchronized void onSignal(String name, int number) {
    if (received != null) {
      if (Boolean.getBoolean(HAS_PARENT)) {
        return;
      }
      say.accept("ended by a second signal; the steps since the last checkpoint are lost");
      end.accept(128 + number);
      return;
    }
    if (!holds) {
      say.accept(
          "SIG%s: ends at once, no step is lost; resume with: %s".formatted(name, resumeCommand));
      end.accept(128 + number);
      return;
    }
    received = name;
    say.accept(
        "SIG%s: saves after this step and stops; a second signal ends at once; resume with: %s"
            .formatted(name, resumeCommand));
  }

  /**
   * Installs a handler by reflection. Java has no supported interface for signals, and the name
   * {@code sun.misc.Signal} in the source is a compiler warning that cannot be switched off.
   */
  private void takeOver(String name, int number) {
    try {
      Class<?> signalClass = Class.forName("sun.misc.Signal");
      Class<?> handlerClass = Class.forName("sun.misc.SignalHandler");
      Constructor<?> constructor = signalClass.getConstructor(String.class);
      Method handle = signalClass.getMethod("handle", signalClass, handlerClass);
      Object signal = constructor.newInstance(name);
      Object handler =
          Proxy.newProxyInstance(
              handlerClass.getClassLoader(),
              new Class<?>[] {handlerClass},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  onSignal(name, number);
                }
                return null;
              });
      Object before = handle.invoke(null, signal, handler);
      restore.add(() -> restore(handle, signal, before));
    } catch (InvocationTargetException e) {
      // the JVM keeps the signal, as with -Xrs: it ends the process
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Java has no sun.misc.Signal", e);
    }
  }

  private static void restore(Method handle, Object signal, Object before) {
    try {
      handle.invoke(null, signal, before);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the handler of signal " + signal + " cannot be restored", e);
    }
  }
}
