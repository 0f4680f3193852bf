import { raw, html as tagged } from 'hono/html'

type Safe = ReturnType<typeof tagged> & { isEscaped: true }
export type Part = Safe | string | number | bigint | false | null | undefined | readonly Part[]

/** HTML with every inserted string escaped; `String(x)` gives the text. Always quote attributes. */
export const html = (strings: TemplateStringsArray, ...parts: Part[]): Safe =>
  tagged(strings, ...parts) as Safe

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;overflow-wrap:anywhere}
.note{background:#fff4d6;border:1px solid #b58900;padding:.4rem .8rem}fieldset{border:1px solid #bbb;margin:1rem 0}
label{display:block;margin:.3rem 0}button{font:inherit;padding:.5rem 1.2rem;margin:1rem .6rem 0 0}
select,input{font:inherit}table{border-collapse:collapse}td,th{text-align:left;padding:.2rem 1rem .2rem 0}`

/** One whole page in the sandbox's frame, which says plainly that nothing here is real. */
export function page(title: string, body: Part): string {
  return String(html`<!doctype html>
<html lang="nb">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title><style>${raw(style) as Safe}</style></head>
<body><p class="note">Sandkasse: ingenting her er ekte.</p>
<main><h1>${title}</h1>
${body}
</main></body></html>
`)
}
