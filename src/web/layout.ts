import type { Language } from '../consent/letters.ts'
import { html, type Part } from './html.ts'
import { words } from './words.ts'

export type Frame = {
  readonly language: Language
  readonly title: string
  /** Which of how many steps. */
  readonly step?: readonly [number, number]
}

/** How far one has come: in words, and as a row of bars for the eye. */
function steps(t: { step: string; of: string }, [now, all]: readonly [number, number]): Part {
  const bars = Array.from(
    { length: all },
    (_, i) => html`<span class="${i < now ? 'bar done' : 'bar'}"></span>`,
  )
  return html`<p class="step">${t.step} ${now} ${t.of} ${all}</p>
      <div class="bars" aria-hidden="true">${bars}</div>`
}

/** The frame of every hosted page: works without script, on a phone first, light and dark. */
export function page(frame: Frame, main: Part): string {
  const t = words[frame.language]
  return String(html`<!doctype html>
<html lang="${frame.language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <meta name="referrer" content="no-referrer">
    <meta name="color-scheme" content="light dark">
    <title>${frame.title} – Kontobro</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/assets/pages.css">
  </head>
  <body>
    <header class="top">${mark}<span>Kontobro</span></header>
    <main>${frame.step && steps(t, frame.step)}<h1>${frame.title}</h1>${main}</main>
    <footer>${lock}<p>${t.footer}</p></footer>
  </body>
</html>`)
}

/** A bridge. */
const mark = html`<svg class="mark" viewBox="0 0 28 20" aria-hidden="true"><path d="M1 14h26M8 3v15M20 3v15M1 11q5-1 7-7q6 12 12 0q2 6 7 7"/></svg>`
const lock = html`<svg class="lock" viewBox="0 0 16 18" aria-hidden="true"><path d="M4 8V5a4 4 0 0 1 8 0v3M2 8h12v9H2z"/></svg>`
const sheet = html`<svg class="sheet" viewBox="0 0 20 24" aria-hidden="true"><path d="M3 1h9l6 6v16H3zM12 1v6h6M7 13h7M7 17h7"/></svg>`

/** A list of names and values. */
export function facts(rows: readonly (readonly [string, Part])[]): Part {
  return html`<dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

/** A document to open; `note` says what kind it is. */
export function documentLink(link: { href: string; label: string; note: string }): Part {
  return html`<a class="document" href="${link.href}">${sheet}<span>${link.label}<small>${link.note}</small></span></a>`
}

/** A form with one button, protected against forged posts. */
export function button(form: {
  action: string
  csrf: string
  label: string
  quiet?: boolean
  hidden?: Record<string, string>
}): Part {
  const hidden = Object.entries(form.hidden ?? {})
  return html`<form method="post" action="${form.action}">
    <input type="hidden" name="_csrf" value="${form.csrf}">
    ${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
    <button class="${form.quiet ? 'quiet' : 'main'}">${form.label}</button>
  </form>`
}

/** A message that stands out: how something went, or what to do. */
export function notice(kind: 'good' | 'wait' | 'bad', text: Part): Part {
  return html`<p class="notice ${kind}" role="status">${text}</p>`
}
