import type { XmlAttributes } from './attributes.ts'

/** One element held in memory while its record is read. Records are small; the file as a whole is never held. */
export type XmlElement = {
  readonly name: string
  readonly line: number
  readonly attributes: XmlAttributes
  /** Text of a leaf, trimmed. */
  text: string
  /** Its children are a chain: most elements have none, and a list for each would cost more than the element. */
  first: XmlElement | undefined
  last: XmlElement | undefined
  next: XmlElement | undefined
}

export function newElement(name: string, attributes: XmlAttributes, line: number): XmlElement {
  return { name, line, attributes, text: '', first: undefined, last: undefined, next: undefined }
}

/** Adds a child at the end. */
export function append(parent: XmlElement, child: XmlElement): void {
  if (parent.last === undefined) parent.first = child
  else parent.last.next = child
  parent.last = child
}

/** The first child of a name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  let child = element?.first
  while (child !== undefined && child.name !== name) child = child.next
  return child
}

/** The first element at the end of a path of names below `element`. */
export function at(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let here = element
  for (const name of path) here = childOf(here, name)
  return here
}

/** All elements at the end of a path of names, in file order. */
export function all(element: XmlElement | undefined, ...path: readonly string[]): readonly XmlElement[] {
  let here: readonly XmlElement[] = element ? [element] : []
  for (const name of path) here = here.flatMap((one) => childrenOf(one, name))
  return here
}

function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  const found: XmlElement[] = []
  for (let child = element.first; child !== undefined; child = child.next) {
    if (child.name === name) found.push(child)
  }
  return found
}

/** Text at the end of a path; undefined where there is no such element or it is blank. */
export function textAt(element: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  return at(element, ...path)?.text || undefined
}
