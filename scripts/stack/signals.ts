/** Resolves at the first Ctrl-C (or SIGTERM, or the terminal closing). A second one ends the process at once. */
export function untilAsked(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(130)
        asked = true
        resolve()
      })
    }
  })
}
