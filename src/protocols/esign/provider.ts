/** `created` and nothing more: open. All others are final. */
export type OrderStatus = 'created' | 'signed' | 'rejected' | 'expired' | 'cancelled'

export type NewSigningOrder = {
  /** The exact bytes to sign; for the second signer the document that the first one signed. */
  readonly pdf: Uint8Array
  /** Shown to the signer. */
  readonly name: string
  /** Our own id of what is signed, so that an order can be traced back. */
  readonly reference: string
  /** Where the browser goes afterwards. Coming back proves nothing: ask `getOrder`. */
  readonly redirectUrl: string
  /** Who is to sign; birthdate is YYYY-MM-DD. */
  readonly signer?: { readonly name: string; readonly birthdate: string }
}

export type CreatedOrder = {
  readonly orderId: string
  /** Page of the provider where the person reads and signs. */
  readonly signUrl: string
  readonly expiresAt: Date
}

/** Who signed, as the provider tells it. `birthdate` is YYYY-MM-DD; the signer's own certificate is first. */
export type OrderSigner = {
  readonly name: string
  readonly birthdate: string
  readonly bankidAltsub: string
  readonly acr: string
  readonly signedAt: Date
  readonly certificateChainPem: readonly string[]
}

export type SigningOrder = {
  readonly orderId: string
  readonly status: OrderStatus
  /** There exactly when the status is `signed`. */
  readonly signer?: OrderSigner
}

/**
 * A signing provider: one order is one document and one signature; several signers sign in turn. Every function
 * throws `ServiceFailure` and nothing else. Creating again after a failure is safe: an order that nobody opens
 * binds nobody and expires.
 */
export type SigningProvider = {
  readonly id: string
  createOrder: (order: NewSigningOrder) => Promise<CreatedOrder>
  getOrder: (orderId: string) => Promise<SigningOrder>
  /** The signed PDF; `rejected` while the order is not signed. Verify it before believing it. */
  getSignedDocument: (orderId: string) => Promise<Uint8Array>
  /** Ends an open order; one that is final already stays as it is. */
  cancel: (orderId: string) => Promise<void>
}
