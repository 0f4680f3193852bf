/** npm passes on a Ctrl-C that the terminal has sent already: what comes this soon after the first is the same one. */
const sameMs = 1_000

/** Resolves at the first Ctrl-C (or SIGTERM, or the terminal closing). One more ends the process at once. */
export function untilAsked(): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | undefined
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (askedAt !== undefined && performance.now() - askedAt > sameMs) process.exit(130)
        askedAt ??= performance.now()
        resolve()
      })
    }
  })
}
