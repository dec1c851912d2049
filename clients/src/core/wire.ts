/** Something that went over the wire, as a person would want to read it. */
export interface WireEvent {
  readonly protocol: 'http' | 'grpc' | 'tcp' | 'websocket'
  readonly direction: 'sent' | 'received'
  /** Lines of text: a request line and headers, a frame described, a message. Secrets are masked. */
  readonly text: string
  /** The payload bytes, where the text alone does not tell them. */
  readonly bytes?: Uint8Array | undefined
}

export type OnWire = (event: WireEvent) => void
