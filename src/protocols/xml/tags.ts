import { noAttributes, tagEnd, type XmlAttributes } from './attributes.ts'
import { byte, isBlank, nameBytes } from './characters.ts'
import type { XmlName } from './names.ts'
import { fail, failTooLong, lineBreaks, type Scan, take } from './scan.ts'
import { dropText, leafText } from './text.ts'

/** Reads a start tag; false where it is not whole yet. */
export function readStartTag(scan: Scan): boolean {
  const { bytes, at } = scan
  const end = scan.length
  let hash = 0
  let i = at + 1
  let code = 0
  for (; i < end; i++) {
    code = bytes[i] as number
    if (nameBytes[code] === 0) break
    hash = (Math.imul(hash, 31) + code) | 0
  }
  if (i >= end) return false
  const name = scan.names(bytes, at + 1, i, hash)
  if (name === undefined) return scan.malformed('an element has a name that is none')
  if (code === byte.greater) {
    take(scan, i + 1)
    openElement(scan, name, noAttributes)
    return true
  }
  if (code !== byte.slash && !isBlank(code)) scan.malformed('a tag is not well-formed')
  return readTagWithMore(scan, name, i)
}

/** A start tag with attributes, or of an empty element. `from`: where its name ends. */
function readTagWithMore(scan: Scan, name: XmlName, from: number): boolean {
  const { source, at, limits, on } = scan
  const end = tagEnd(source, from)
  if (end === -1) return false
  if (end === -2) scan.malformed('a < inside a tag')
  if (end + 1 - at > limits.tokenLength) failTooLong(scan)
  const { attributes, empty } = scan.inside(source.slice(from, end))
  if (attributes.length > limits.attributes * 2) {
    fail(scan, 'xml_too_many_attributes', `<${name.local}> has more than ${limits.attributes} attributes`)
  }
  scan.line += lineBreaks(scan, from, end)
  scan.at = end + 1
  openElement(scan, name, attributes)
  if (empty) {
    closeElement(scan)
    on.close(name.local, '')
  }
  return true
}

function openElement(scan: Scan, name: XmlName, attributes: XmlAttributes): void {
  const { stack, limits } = scan
  if (scan.root === 'closed') scan.malformed('a second root element')
  if (stack.length >= limits.depth) {
    fail(scan, 'xml_too_deep', `elements are nested deeper than ${limits.depth}`)
  }
  stack.push(name)
  scan.root = 'open'
  scan.begun = true
  if (scan.raw !== '' || scan.text !== '') dropText(scan)
  scan.leaf = true
  scan.on.open(name.local, attributes, scan.line)
}

function closeElement(scan: Scan): void {
  scan.stack.pop()
  scan.leaf = false
  if (scan.stack.length === 0) scan.root = 'closed'
}

/** Reads an end tag; false where it is not whole yet. */
export function readEndTag(scan: Scan): boolean {
  const { bytes, at, stack } = scan
  const name = stack[stack.length - 1]
  if (name === undefined) return scan.malformed('an end tag without a start')
  const { codes } = name
  const nameEnd = at + 2 + codes.length
  if (nameEnd >= scan.length && scan.source.indexOf('>', at) < 0) return false
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] !== bytes[at + 2 + i]) scan.malformed(`<${name.local}> is closed by another end tag`)
  }
  let end = nameEnd
  while (end < scan.length && isBlank(bytes[end] as number)) end++
  if (end >= scan.length) return false
  if (bytes[end] !== byte.greater) scan.malformed(`the end tag of <${name.local}> goes on`)
  const text = scan.leaf ? leafText(scan) : ''
  if (end > nameEnd) scan.line += lineBreaks(scan, at, end)
  take(scan, end + 1)
  closeElement(scan)
  scan.on.close(name.local, text)
  return true
}
