import { beforeAll, describe, expect, test, vi } from 'vitest'
import { signPdf } from '../../../sandbox/esign/pades.ts'
import { verifyPades, verifySignedRevision } from '../../../src/protocols/pdf/pades.ts'
import { bodyOf, handSigned, honestUpdate, type Objects, partsOf } from './hand-signed.ts'
import { signedSample } from './signed-sample.ts'

// Keys and typefaces take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

let sample: Awaited<ReturnType<typeof signedSample>>
let honest: Objects
let ids: ReturnType<typeof partsOf>
beforeAll(async () => {
  sample = await signedSample()
  honest = honestUpdate(sample.original)
  ids = partsOf(sample.original)
}, 60_000)

const stream = (content: string) => `<< /Length ${content.length} >>\nstream\n${content}\nendstream`
const contents = () => /\/Contents (\d+) 0 R/.exec(honest[ids.page] ?? '')?.[1] ?? ''
const change = (id: number, from: string | RegExp, to: string): Objects => {
  const before = honest[id] ?? bodyOf(sample.original, id)
  const after = before.replace(from, to)
  if (after === before) throw new Error(`nothing to change in ${id}`)
  return { ...honest, [id]: after }
}

/** Every one of these is a good signature over the whole file, by a person we trust. */
function verdict(objects: Objects, trailer?: Parameters<typeof handSigned>[3]): string {
  const signed = handSigned(sample.original, objects, sample.kari, trailer)
  const trust = { roots: [sample.root] }
  expect(verifyPades(signed, trust)).toMatchObject([
    { intact: true, coversWholeFile: true, chainValid: true, certificateBound: true },
  ])
  try {
    verifySignedRevision(sample.original, signed, trust)
    return 'accepted'
  } catch (error) {
    return (error as { reason?: string }).reason ?? String(error)
  }
}

describe('a provider that only signs is accepted', () => {
  test('written by hand', () => expect(verdict(honest)).toBe('accepted'))
  test('with the old content between save and restore', () => {
    const around = `/Contents [${ids.next + 3} 0 R ${contents()} 0 R ${ids.next + 4} 0 R]`
    const wrapped = change(ids.page, /\/Contents \d+ 0 R/, around)
    const objects = { ...wrapped, [ids.next + 3]: stream('q\n'), [ids.next + 4]: stream('\nQ') }
    expect(verdict(objects)).toBe('accepted')
  })
  test('and writes an untouched object again', () => {
    const pages = Number(/\/Pages (\d+) 0 R/.exec(honest[ids.root] ?? '')?.[1])
    expect(verdict({ ...honest, [pages]: bodyOf(sample.original, pages) })).toBe('accepted')
  })
})

describe('a provider that changes what is read is refused, however good its signature', () => {
  const attacks: [string, () => Objects][] = [
    [
      'a page draws something else',
      () => change(ids.page, /\/Contents \d+ 0 R/, `/Contents ${ids.next + 3} 0 R`),
    ],
    [
      'a page draws something more',
      () => ({
        ...change(ids.page, /\/Contents \d+ 0 R/, `/Contents [${contents()} 0 R ${ids.next + 3} 0 R]`),
        [ids.next + 3]: stream('BT (300) Tj ET'),
      }),
    ],
    ['a page draws nothing', () => change(ids.page, /\/Contents \d+ 0 R/, '/Contents []')],
    [
      'the old content is written anew',
      () => ({ ...honest, [Number(contents())]: stream('BT (300) Tj ET') }),
    ],
    ['a page is drawn with another font', () => change(ids.page, /\/Resources \d+ 0 R/, '/Resources << >>')],
    ['a page is cut', () => change(ids.page, /841\.89/, '400.89')],
    ['the pages are others', () => change(ids.root, /\/Pages \d+ 0 R/, `/Pages ${ids.page} 0 R`)],
    [
      'the document acts when it is opened',
      () => change(ids.root, />>$/, '/OpenAction << /S /JavaScript >> >>'),
    ],
    ['a note covers the text', () => change(ids.next + 1, '/FT /Sig', '/FT /Tx')],
    ['a picture of a signature covers the text', () => change(ids.next + 1, '[0 0 0 0]', '[0 0 595 841]')],
    ['the field acts', () => change(ids.next + 1, '/F 132', '/F 132 /AA << /E << /S /URI >> >>')],
    ['the form holds more', () => change(ids.next, '/SigFlags 3', '/SigFlags 3 /XFA [(a) (b)]')],
  ]
  test.each(attacks)('%s', (_what, objects) => expect(verdict(objects())).toBe('content_changed'))

  test('a reader is sent to another catalogue', () => {
    const objects = { ...honest, [ids.next + 3]: honest[ids.root] ?? '' }
    expect(verdict(objects, { root: ids.next + 3 })).toBe('content_changed')
  })
  test('a reader is sent to another place for an old object', () => {
    expect(verdict(honest, { offsets: { [ids.page]: 20 } })).not.toBe('accepted')
  })
  test('an object is taken out', () => {
    expect(verdict(honest, { free: Number(contents()) })).toBe('content_changed')
  })
  test('the original’s own table is left out', () => {
    expect(verdict(honest, { prev: 20 })).not.toBe('accepted')
  })
  test('a key stands twice, so that two readers see two documents', () => {
    expect(verdict(change(ids.root, /\/Pages (\d+) 0 R/, '/Pages $1 0 R /Pages 99 0 R'))).toBe('unsupported')
  })
  test('a revision of its own between original and signature', async () => {
    const { root } = ids
    const text = sample.original.toString('latin1')
    const body = bodyOf(sample.original, root).replace(/>>$/, '/OpenAction << /S /JavaScript >> >>')
    const at = text.length + 1
    const table = `xref\n${root} 1\n${String(at).padStart(10, '0')} 00000 n \n`
    const trailer = `trailer\n<< /Size ${ids.next} /Root ${root} 0 R /Prev ${ids.prev} >>\n`
    const update = `${text}\n${root} 0 obj\n${body}\nendobj\n`
    const between = Buffer.from(`${update}${table}${trailer}startxref\n${update.length}\n%%EOF\n`, 'latin1')
    const claims = { name: 'Kari Bøe Eksempel', reason: 'x', at: new Date() }
    const signed = await signPdf(between, sample.kari, claims)
    const work = () => verifySignedRevision(sample.original, signed, { roots: [sample.root] })
    expect(work).toThrow(expect.objectContaining({ reason: 'content_changed' }))
  })
})
