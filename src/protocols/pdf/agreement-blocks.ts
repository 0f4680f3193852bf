import type { AgreementText, Section } from './agreement-text.ts'
import { contentWidth, margin, pageSize, palette, type Sheet, type TextStyle } from './sheet.ts'

const left = margin.side
const gutter = 24
const body: TextStyle = { size: 9.75, leading: 4 }
const label: TextStyle = { size: 8, color: palette.muted, leading: 2 }
const strong: TextStyle = { size: 11, weight: 'medium', leading: 3 }
const heading: TextStyle = { size: 11.5, weight: 'medium', leading: 2 }

/** Label and value, one above the other. */
export type Fact = { readonly label: string; readonly value: string }

/** Title, subtitle, and in a row below what identifies the document. */
export function titleBlock(sheet: Sheet, text: AgreementText, facts: readonly Fact[]): void {
  const whole = (y: number) => ({ x: left, y, width: contentWidth })
  sheet.tag('H1', () => {
    sheet.y = sheet.write([[text.title, { size: 27, weight: 'bold' }]], whole(sheet.y))
  })
  sheet.tag('P', () => {
    sheet.y = sheet.write([[text.subtitle, { size: 12.5, color: palette.muted }]], whole(sheet.y + 4)) + 16
  })
  const top = sheet.y
  for (const [index, fact] of facts.entries()) {
    const place = { x: left + index * 0.28 * contentWidth, y: top, width: 0.44 * contentWidth }
    sheet.tag('P', () => {
      sheet.write([[fact.label, label]], place)
      sheet.y = sheet.write([[fact.value, { ...body, size: 9, weight: 'medium' }]], { ...place, y: top + 12 })
    })
  }
  sheet.y += 14
}

export type Party = { readonly role: string; readonly name: string; readonly detail: string }

/** The parties side by side on a tinted ground. */
export function partiesBlock(sheet: Sheet, parties: readonly Party[]): void {
  const gap = 12
  const padding = 12
  const width = (contentWidth - gap * (parties.length - 1)) / parties.length
  const inner = width - 2 * padding
  const tallest = Math.max(...parties.map(({ name }) => sheet.height(name, strong, inner)))
  const height = 2 * padding + 12 + tallest + 10
  sheet.room(height)
  const top = sheet.y
  sheet.decorate(() => {
    for (const index of parties.keys()) {
      const x = left + index * (width + gap)
      sheet.doc.roundedRect(x, top, width, height, 4).fill(palette.tint)
      sheet.doc.rect(x, top + 4, 2.5, height - 8).fill(palette.accent)
    }
  })
  for (const [index, party] of parties.entries()) {
    const x = left + index * (width + gap) + padding
    const at = (y: number) => ({ x, y, width: inner })
    let y = top + padding
    sheet.tag('P', () => {
      y = sheet.write([[party.role, label]], at(y)) + 1
    })
    sheet.tag('P', () => {
      y = sheet.write([[party.name, strong]], at(y))
    })
    if (party.detail) sheet.tag('P', () => void sheet.write([[party.detail, label]], at(y)))
  }
  sheet.y = top + height + 18
}

/** What matters most, before the terms. */
export function summaryBlock(sheet: Sheet, { heading: title, lines }: AgreementText['inShort']): void {
  const bullet = 14
  const heights = lines.map((line) => sheet.height(line, body, contentWidth - bullet))
  sheet.room(30 + heights.reduce((sum, height) => sum + height + 3, 0))
  sheet.tag('H2', () => {
    const style: TextStyle = { ...heading, color: palette.accent }
    sheet.y = sheet.write([[title, style]], { x: left, y: sheet.y, width: contentWidth }) + 5
  })
  const list = sheet.open('L')
  for (const line of lines) {
    const { y } = sheet
    sheet.decorate(() => void sheet.doc.circle(left + 3.5, y + 6, 2).fill(palette.accent))
    const item = sheet.open('LI', list)
    sheet.tag(
      'LBody',
      () => {
        const place = { x: left + bullet, y, width: contentWidth - bullet }
        sheet.y = sheet.write([[line, body]], place) + 3
      },
      item,
    )
    item.end()
  }
  list.end()
  ruleBlock(sheet, 10, 16)
}

export function ruleBlock(sheet: Sheet, before: number, after: number): void {
  const y = sheet.y + before
  sheet.decorate(() => {
    const { doc } = sheet
    doc
      .moveTo(left, y)
      .lineTo(left + contentWidth, y)
      .lineWidth(0.6)
      .stroke(palette.rule)
  })
  sheet.y = y + after
}

/** One numbered section; its heading never stands alone at the foot of a page. */
export function sectionBlock(sheet: Sheet, number: number, section: Section): void {
  const x = left + gutter
  const width = contentWidth - gutter
  const first = section.paragraphs[0] ?? section.points?.[0]?.text ?? ''
  sheet.room(24 + sheet.height(first, body, width))
  sheet.tag('H2', () => {
    const { y } = sheet
    sheet.write([[`${number}`, { ...heading, color: palette.accent }]], { x: left, y, width: gutter })
    sheet.y = sheet.write([[section.heading, heading]], { x, y, width }) + 4
  })
  const paragraph = (text: string) => {
    sheet.room(sheet.height(text, body, width))
    sheet.tag('P', () => {
      sheet.y = sheet.write([[text, body]], { x, y: sheet.y, width }) + 4
    })
  }
  section.paragraphs.forEach(paragraph)
  if (section.points) pointList(sheet, section.points, { x, width })
  if (section.after) paragraph(section.after)
  sheet.y += 9
}

function pointList(
  sheet: Sheet,
  points: NonNullable<Section['points']>,
  { x, width }: { x: number; width: number },
): void {
  const list = sheet.open('L')
  for (const { lead, text } of points) {
    sheet.room(sheet.height(`${lead} ${text}`, body, width))
    const item = sheet.open('LI', list)
    const draw = () => {
      const parts = [
        [`${lead} `, { ...body, weight: 'medium' }],
        [text, body],
      ] as const
      sheet.y = sheet.write(parts, { x, y: sheet.y, width }) + 4
    }
    sheet.tag('LBody', draw, item)
    item.end()
  }
  list.end()
}

export function headingBlock(sheet: Sheet, title: string, text: string, room: number): void {
  sheet.room(room)
  sheet.tag('H2', () => {
    sheet.y =
      sheet.write([[title, { ...heading, size: 13 }]], { x: left, y: sheet.y, width: contentWidth }) + 4
  })
  sheet.tag('P', () => {
    const style = { ...body, color: palette.muted }
    sheet.y = sheet.write([[text, style]], { x: left, y: sheet.y, width: contentWidth }) + 10
  })
}

type Row = readonly [string, string]

/** Two columns with a heading row, shown again on each new page; a row is never split over two pages. */
export function tableBlock(sheet: Sheet, head: Row, rows: readonly Row[]): void {
  const columns = [0.44, 0.56].map((share) => share * contentWidth - 8) as [number, number]
  const table = sheet.open('Table')
  // For the eye only: a reading aid has the heading row already.
  const headAgain = () => {
    sheet.decorate(() => {
      for (const [index, text] of head.entries()) {
        const x = left + index * (columns[0] + 16)
        sheet.write([[text, label]], { x, y: sheet.y, width: columns[index as 0 | 1] })
      }
    })
    sheet.y += sheet.height(head[0], label, columns[0])
    ruleBlock(sheet, 5, 7)
  }
  const line = (cells: Row, cell: 'TH' | 'TD', styles: readonly [TextStyle, TextStyle]) => {
    const heights = cells.map((text, index) =>
      sheet.height(text, styles[index as 0 | 1], columns[index as 0 | 1]),
    )
    const height = Math.max(...heights)
    if (sheet.room(height + 13) && cell === 'TD') headAgain()
    const top = sheet.y
    const row = sheet.open('TR', table)
    for (const [index, text] of cells.entries()) {
      const x = left + index * (columns[0] + 16)
      const element = sheet.open(cell, row, ...(cell === 'TH' ? (['Column'] as const) : []))
      const place = { x, y: top, width: columns[index as 0 | 1] }
      element.add(() => void sheet.write([[text, styles[index as 0 | 1]]], place))
      element.end()
    }
    row.end()
    sheet.y = top + height
    ruleBlock(sheet, 5, 7)
  }
  line(head, 'TH', [label, label])
  for (const row of rows) line(row, 'TD', [{ ...body, weight: 'medium' }, body])
  table.end()
  sheet.y += 12
}

/** Colour at the head and the document's marks at the foot of every page, outside the reading order. */
export function pageMarks(sheet: Sheet, mark: string, page: (page: number, of: number) => string): void {
  const { doc } = sheet
  const { start, count } = doc.bufferedPageRange()
  for (let index = 0; index < count; index++) {
    doc.switchToPage(start + index)
    sheet.decorate(() => {
      doc.rect(0, 0, pageSize.width, 7).fill(palette.accent)
      const y = pageSize.height - margin.bottom + 26
      doc
        .moveTo(left, y)
        .lineTo(left + contentWidth, y)
        .lineWidth(0.6)
        .stroke(palette.rule)
      const half = contentWidth / 2
      sheet.write([[mark, label]], { x: left, y: y + 9, width: half + 60 })
      sheet.write(
        [[page(index + 1, count), label]],
        { x: left + half + 60, y: y + 9, width: half - 60 },
        'right',
      )
    })
  }
}
