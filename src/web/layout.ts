import type { Language } from '../consent/letters.ts'
import { html, type Part } from './html.ts'
import { words } from './words.ts'

export type Frame = {
  readonly language: Language
  readonly title: string /** Which of how many steps. */
  readonly step?: readonly [number, number]
}

/** The frame of every hosted page: works without script, on a phone first, light and dark. */
export function page(frame: Frame, main: Part): string {
  const t = words[frame.language]
  const [now, all] = frame.step ?? [0, 0]
  const progress =
    all > 0 &&
    html`<p class="step">${t.step} ${now} ${t.of} ${all}</p>
      <progress max="${all}" value="${now}" aria-label="${t.step} ${now} ${t.of} ${all}"></progress>`
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
    <header class="top"><span class="mark" aria-hidden="true"></span>Kontobro</header>
    <main>${progress}<h1>${frame.title}</h1>${main}</main>
    <footer>${t.footer}</footer>
  </body>
</html>`)
}

/** A list of names and values. */
export function facts(rows: readonly (readonly [string, Part])[]): Part {
  return html`<dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
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
