import { mkdirSync, writeFileSync } from 'node:fs'
import type { Machine } from '../src/domain/machine.ts'
import { machines } from '../src/domain/machines.ts'

// node scripts/draw-machines.ts: draws the state machines of src/domain/machines.ts into docs/pictures/. A test holds
// the pictures to the tables.

/** The way that a thing goes when all is well; every step has to be a move of the table. */
const mainWays: Readonly<Record<string, readonly string[]>> = {
  agreement: ['draft', 'sent', 'viewed', 'signed', 'screening', 'active'],
  consent: ['created', 'awaiting_sca', 'active'],
  connection: ['pending_consent', 'connecting', 'active'],
  account: ['discovered', 'enabled'],
  entry: ['pending', 'booked'],
  open_item: ['open', 'partially_settled', 'settled'],
  payment: [
    ...['draft', 'validated', 'pending_approval', 'approved', 'submitting'],
    ...['awaiting_sca', 'accepted', 'executed', 'settled'],
  ],
  sync_job: ['queued', 'running', 'succeeded'],
  file_import: ['received', 'imported'],
  webhook_delivery: ['pending', 'sending', 'delivered'],
}

const width = 880
const left = 28
const right = 300
const lineHeight = 34
const pillHeight = 24
/** Of the monospaced face at 12.5 px, with room to spare. */
const pillWidth = (text: string) => Math.ceil(text.length * 7.6) + 20

type Row = { readonly state: string; readonly targets: readonly string[]; readonly next: boolean }

function rowsOf(machine: Machine, way: readonly string[]): { main: Row[]; beside: Row[] } {
  const main = way.map((state, i) => {
    const next = way[i + 1]
    const targets = machine.moves[state]
    if (!targets) throw new Error(`${machine.name} has no state ${state}`)
    if (next && !targets.includes(next))
      throw new Error(`${machine.name} does not go from ${state} to ${next}`)
    return { state, targets: targets.filter((target) => target !== next), next: next !== undefined }
  })
  const beside = Object.entries(machine.moves)
    .filter(([state, targets]) => !way.includes(state) && targets.length > 0)
    .map(([state, targets]) => ({ state, targets, next: false }))
  return { main, beside }
}

/** Pills from `right` on, in as many lines as they need. */
function flow(targets: readonly string[]): { x: number; line: number; state: string }[] {
  let x = right
  let line = 0
  return targets.map((state) => {
    const wide = pillWidth(state)
    if (x + wide > width - 20 && x > right) {
      x = right
      line += 1
    }
    const place = { x, line, state }
    x += wide + 8
    return place
  })
}

function pill(machine: Machine, state: string, x: number, y: number, kind: string): string {
  const wide = pillWidth(state)
  const end = machine.moves[state]?.length === 0 ? ' end' : ''
  const inner = end
    ? `<rect class="inner" x="${x + 3}" y="${y + 3}" width="${wide - 6}" height="${pillHeight - 6}" rx="9"/>`
    : ''
  return (
    `<rect class="${kind}${end}" x="${x}" y="${y}" width="${wide}" height="${pillHeight}" rx="12"/>${inner}` +
    `<text class="${kind}" x="${x + wide / 2}" y="${y + 16.5}">${state}</text>`
  )
}

function drawRow(machine: Machine, row: Row, y: number, kind: string): { svg: string; height: number } {
  const places = flow(row.targets)
  const lines = Math.max(1, ...places.map(({ line }) => line + 1))
  const height = lines * lineHeight
  const parts = [pill(machine, row.state, left, y, kind)]
  const middle = left + 20
  if (row.next) {
    parts.push(
      `<path class="way" d="M${middle} ${y + pillHeight} V${y + height - 1}" marker-end="url(#arrow)"/>`,
    )
  }
  if (places.length > 0) {
    const from = left + pillWidth(row.state) + 4
    parts.push(
      `<path class="move" d="M${from} ${y + 12} H${right - 8}" marker-end="url(#thin)"/>`,
      ...places.map(({ x, line, state }) => pill(machine, state, x, y + line * lineHeight, 'to')),
    )
  }
  return { svg: parts.join('\n'), height }
}

const style = `
  text { font: 12.5px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #1d2733; text-anchor: middle }
  text.note { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; fill: #5b6775; text-anchor: start }
  rect { fill: #ffffff; stroke: #8a97a6; stroke-width: 1.2 }
  rect.on { fill: #e3f1ea; stroke: #2c7a57; stroke-width: 1.6 } text.on { font-weight: 600 }
  rect.inner { fill: none; stroke-width: .8 }
  path { fill: none; stroke: #8a97a6; stroke-width: 1.2 } path.way { stroke: #2c7a57; stroke-width: 2 }
  marker path { fill: #8a97a6; stroke: none } marker#arrow path { fill: #2c7a57 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6ebf1 } text.note { fill: #9fabb9 }
    rect { fill: #1a212a; stroke: #6d7b8b } rect.on { fill: #17372a; stroke: #57b98b } rect.inner { fill: none }
    path { stroke: #6d7b8b } path.way { stroke: #57b98b }
    marker path { fill: #6d7b8b; stroke: none } marker#arrow path { fill: #57b98b }
  }`

const marker = (id: string, size: number) =>
  `<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="${size}" markerHeight="${size}" orient="auto" markerUnits="userSpaceOnUse"><path d="M0 0 L8 4 L0 8 Z"/></marker>`

/** One machine as SVG: the main way downwards, to the right of each state where else it may go. */
function drawMachine(machine: Machine, way: readonly string[]): string {
  const { main, beside } = rowsOf(machine, way)
  const parts: string[] = []
  let y = 44
  const add = (row: Row, kind: string) => {
    const drawn = drawRow(machine, row, y, kind)
    parts.push(drawn.svg)
    y += drawn.height
  }
  parts.push(`<text class="note" x="${left}" y="26">when all is well</text>`)
  parts.push(
    `<text class="note" x="${right}" y="26">where else it may go (a double border: it ends there)</text>`,
  )
  for (const row of main) add(row, 'on')
  if (beside.length > 0) {
    parts.push(`<text class="note" x="${left}" y="${y + 22}">and from there</text>`)
    y += 38
    for (const row of beside) add(row, 'to')
  }
  const height = y + 8
  const label = `States of ${machine.name.replaceAll('_', ' ')}: ${way.join(', ')}; to the right of each, where else it may go`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">
<!-- Made by scripts/draw-machines.ts from src/domain/machines.ts. -->
<style>${style}
</style>
<defs>${marker('arrow', 9)}${marker('thin', 7)}</defs>
${parts.join('\n')}
</svg>
`
}

/** Every picture by its file name in docs/pictures/. */
export function drawMachines(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(mainWays).map(([name, way]) => {
      const machine = machines.find((candidate) => candidate.name === name)
      if (!machine) throw new Error(`there is no machine ${name}`)
      return [`states-${name.replaceAll('_', '-')}.svg`, drawMachine(machine, way)]
    }),
  )
}

if (import.meta.main) {
  const folder = new URL('../docs/pictures/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  for (const [name, svg] of drawMachines()) writeFileSync(new URL(name, folder), svg)
}
