/**
 * Calls back once, on the first request to stop: a signal (any number of them counts as one, because a Ctrl-C comes
 * from the terminal, from npm and from the launcher), or the end of the launcher.
 */
export function onStopRequest(stop: (cause: string) => void): void {
  let asked = false;
  const once = (cause: string) => {
    if (asked) return;
    asked = true;
    stop(cause);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => once(signal));
  if (process.channel) {
    process.on("disconnect", () => once("the launcher's end"));
    // The open channel alone is no reason to stay alive.
    process.channel.unref();
  }
}
