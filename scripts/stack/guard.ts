// Preloaded (`node --import`) into every process of a stack: when the process that started it is gone, killed even,
// this one ends too. The gateway and the sandbox need not know.
const lastWordsMs = 5_000

if (process.connected) {
  process.once('disconnect', () => {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), lastWordsMs).unref()
    process.kill(process.pid, 'SIGTERM')
  })
  process.channel?.unref()
}
