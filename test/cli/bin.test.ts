import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const bin = fileURLToPath(new URL('../../bin/kontobro.js', import.meta.url))
const day = fileURLToPath(new URL('../../fixtures/camt053/2026-03-03.v08.xml', import.meta.url))

test('the program reads files and standard input and ends with the exit code of its command', async () => {
  const run = promisify(execFile)
  const named = await run(process.execPath, [bin, 'inspect', '--json', day])
  expect(JSON.parse(named.stdout)).toMatchObject({ file: day, statements: [{ proven: true }] })
  const piped = run(process.execPath, [bin, 'inspect', '--json', '-'])
  piped.child.stdin?.end(readFileSync(day))
  expect(JSON.parse((await piped).stdout)).toMatchObject({ file: '-', statements: [{ proven: true }] })
  await expect(run(process.execPath, [bin, 'inspect', 'none.xml'])).rejects.toMatchObject({ code: 1 })
  await expect(run(process.execPath, [bin, 'nothing'])).rejects.toMatchObject({ code: 2 })
})
