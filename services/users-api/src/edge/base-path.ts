/** Where the routes of the API begin. */
export const basePath = '/api/v1'
