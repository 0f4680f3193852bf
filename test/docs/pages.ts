import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Folder of the project. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Every Markdown page of the project that is meant for people, as path from the root. */
export function pages(): string[] {
  const within = ['docs', 'sandbox', 'fixtures', 'deploy']
  const top = readdirSync(root).filter((name) => name.endsWith('.md'))
  const deeper = within.flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  )
  return [...top, ...deeper].sort()
}

export function read(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8')
}

export function isThere(path: string): boolean {
  return statSync(`${root}${path}`, { throwIfNoEntry: false }) !== undefined
}

/** Names of the sections that a page can be linked at, as GitHub makes them. */
export function anchors(markdown: string): string[] {
  const headings = withoutCode(markdown).matchAll(/^#{1,6} (.+)$/gm)
  return [...headings].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** Targets of a page's links and pictures, those to other sites left out. */
export function localLinks(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)|<img src="([^"]+)"/g)]
    .map(([, target = '', image = '']) => target || image)
    .filter((target) => !/^[a-z]+:/.test(target))
}

const withoutCode = (markdown: string) => markdown.replace(/^```[\s\S]*?^```/gm, '')

/** Code blocks of a language. */
export function blocks(markdown: string, language: string): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm')
  return [...markdown.matchAll(pattern)].map(([, code = '']) => code)
}
