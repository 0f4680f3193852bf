import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

type Stored = { payload: AdapterPayload; expiresAtMs: number }

const storedAtMost = 10_000

/**
 * Keeps sessions, codes and tokens in memory. They live on real time and minutes at most, so nothing of them
 * needs to survive a restart of the sandbox.
 */
export function memoryAdapter(): AdapterFactory {
  const rows = new Map<string, Stored>()

  /** Expired rows go first; beyond the limit the oldest ones do. */
  function makeRoom() {
    const nowMs = Date.now()
    for (const [key, row] of rows) if (row.expiresAtMs <= nowMs) rows.delete(key)
    for (const key of rows.keys()) {
      if (rows.size < storedAtMost) return
      rows.delete(key)
    }
  }

  function read(key: string): AdapterPayload | undefined {
    const row = rows.get(key)
    return row && row.expiresAtMs > Date.now() ? row.payload : undefined
  }

  function adapter(model: string): Adapter {
    const keyOf = (id: string) => `${model}:${id}`
    const findBy = (field: 'uid' | 'userCode', value: string) => {
      for (const [key, row] of rows) {
        if (key.startsWith(`${model}:`) && row.payload[field] === value) return read(key)
      }
      return undefined
    }
    return {
      async upsert(id, payload, expiresInSeconds) {
        makeRoom()
        const lifeMs = expiresInSeconds === undefined ? Number.POSITIVE_INFINITY : expiresInSeconds * 1000
        rows.set(keyOf(id), { payload, expiresAtMs: Date.now() + lifeMs })
      },
      find: async (id) => read(keyOf(id)),
      findByUid: async (uid) => findBy('uid', uid),
      findByUserCode: async (userCode) => findBy('userCode', userCode),
      async consume(id) {
        const payload = read(keyOf(id))
        if (payload) payload.consumed = Math.floor(Date.now() / 1000)
      },
      async destroy(id) {
        rows.delete(keyOf(id))
      },
      async revokeByGrantId(grantId) {
        for (const [key, row] of rows) if (row.payload.grantId === grantId) rows.delete(key)
      },
    }
  }
  return adapter
}
