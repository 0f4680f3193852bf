import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { plainEnvironment } from './settings.ts'

const script = fileURLToPath(new URL('./keeper.ts', import.meta.url))

/** Starts the process that cleans up if we are killed (keeper.ts). `release`: we have cleaned up ourselves. */
export function startKeeper(dataDir: string, temporary: boolean): { release(): Promise<void> } {
  const keeper = spawn(process.execPath, [script, temporary ? 'delete' : 'keep', dataDir], {
    env: plainEnvironment(),
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  keeper.unref()
  keeper.channel?.unref()
  return {
    async release() {
      if (keeper.exitCode !== null || !keeper.connected) return
      const gone = new Promise((done) => keeper.once('exit', done))
      keeper.ref()
      keeper.send('release')
      await gone
    },
  }
}
