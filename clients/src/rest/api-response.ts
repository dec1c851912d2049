/** An answer, whatever its status. */
export interface ApiResponse<Body = unknown> {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
  /** The value of a JSON body; undefined where there is none. */
  readonly body: Body
}
