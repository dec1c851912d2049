import { containerAdminPort, gatewayName } from '@polyservice-lab/contracts/services'
import type { LabService } from './lab.ts'

/** The configuration of the gateway with the address of each service behind its host name. */
export function gatewayConfig(text: string, lab: readonly LabService[]): string {
  const http = lab.filter(speaksHttp).map(row)
  const grpc = lab.filter(({ protocol }) => protocol === 'gRPC').map(row)
  return withLines(withLines(text, 'http services', http), 'gRPC services', grpc)
}

/** The configuration of Prometheus with the name of each service: one that does not run has no address. */
export function prometheusConfig(text: string, lab: readonly LabService[]): string {
  const names = lab.map(({ name }) => `          - ${name}`)
  return withLines(text, `services, each at ${containerAdminPort}`, names)
}

/** The page of the gateway for a host name that belongs to no service. */
export function gatewayPage(lab: readonly LabService[]): string {
  const rows = lab.filter(speaksHttp).map(({ name, wing, title }) => {
    const host = `${gatewayName(name)}.localhost`
    return `<tr><th scope="row"><a href="//${host}:8080/">${host}</a></th><td>${asHtml(title)}</td><td>${wing}</td></tr>`
  })
  return page.replace('<!-- rows -->', rows.join('\n'))
}

function speaksHttp({ protocol }: LabService): boolean {
  return protocol !== 'gRPC' && protocol !== 'raw TCP'
}

function row({ name, port }: LabService): string {
  return `    ${gatewayName(name)}.localhost ${name}:${port};`
}

function asHtml(markdown: string): string {
  return markdown
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/`([^`]+)`/g, '<code>$1</code>')
}

/** Replaces the lines between `# NAME` and `# end`. */
function withLines(text: string, name: string, lines: readonly string[]): string {
  const pattern = new RegExp(`(^ *# ${name}\\n)[^]*?(^ *# end$)`, 'm')
  if (!pattern.test(text)) throw new Error(`there is no line "# ${name}" with "# end" below it`)
  return text.replace(pattern, (_all, begin: string, end: string) => `${begin}${lines.join('\n')}\n${end}`)
}

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>gateway</title>
<style>
:root { color-scheme: light dark; --line: light-dark(#dcdfeb, #2b3042); --link: light-dark(#4338ca, #a5b4fc); }
body { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1.25rem; background: light-dark(#f5f6fb, #0e1018); color: light-dark(#171a2b, #e9ebf5);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
a { color: var(--link); }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; }
@media (max-width: 30rem) { td:last-child { display: none; } }
</style>
<h1>gateway</h1>
<p>One port, a host name for each service. A service that does not run is answered with 502, in the form of its protocol.</p>
<p lang="ru">Один порт, у каждого сервиса своё имя. Если сервис не запущен, ответ 502 приходит в форме его протокола.</p>
<table>
<tbody>
<!-- rows -->
</tbody>
</table>
<p>gRPC has a port of its own, 8081. The same names over HTTPS: port 8443, with <a href="/lab.crt">this certificate</a>.</p>
<p lang="ru">У gRPC свой порт, 8081. Те же имена по HTTPS: порт 8443, вот <a href="/lab.crt">сертификат</a>.</p>
</html>
`
