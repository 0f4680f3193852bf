import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { bankCalls } from '../../src/http/bank-calls.ts'
import { createLogger } from '../../src/http/logging.ts'
import { testApi } from '../support/api.ts'

test('calls to banks are logged, and measured by bank, operation and outcome', async () => {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const { tell, register } = bankCalls(createLogger({ level: 'info', destination }))
  const call = { institutionId: 'fjordbanken', operation: 'transactions', durationMs: 120.4 }
  tell({ ...call, status: 200 })
  tell({ ...call, status: 429 })
  tell({ ...call, failure: 'unavailable' })
  tell({ ...call, unreadable: 2, durationMs: 0 })
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(['info', 'warn', 'warn', 'warn'])
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    institutionId: 'fjordbanken',
    status: 200,
    durationMs: 120,
  })

  const api = await testApi({ routes: [], ports: () => ({ bankCalls: register }) })
  const { body } = await api.app.inject('/metrics')
  await api.close()
  for (const outcome of ['2xx', '4xx', 'unavailable']) {
    expect(body).toContain(
      `kontobro_bank_call_duration_seconds_count{institution="fjordbanken",operation="transactions",outcome="${outcome}"} 1`,
    )
  }
  expect(body).toContain(
    'kontobro_bank_unreadable_rows_total{institution="fjordbanken",operation="transactions"} 2',
  )
  expect(body).toContain('kontobro_http_request_duration_seconds')
})
