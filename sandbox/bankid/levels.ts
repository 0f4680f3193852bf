/** Level of assurance of BankID with code device or app (high). */
export const bankIdHigh = 'urn:bankid:bid;LOA=4'
/** Level of assurance of the biometric app (substantial); offered, but no test person uses it. */
export const bankIdSubstantial = 'urn:bankid:bis;LOA=3'
