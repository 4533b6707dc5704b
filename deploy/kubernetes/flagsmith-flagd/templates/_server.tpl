{{/* A value as text. Helm's own toString writes 1000000 as 1e+06. */}}
{{- define "flagsmith-flagd.text" -}}
{{- if kindIs "string" . }}{{ . | quote }}{{ else }}{{ toJson . | quote }}{{ end -}}
{{- end -}}

{{/* What the server's container is told. */}}
{{- define "flagsmith-flagd.env" -}}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef: { name: {{ include "flagsmith-flagd.databaseSecret" . }}, key: {{ .Values.database.urlKey }} }
{{- with .Values.database.listenUrlKey }}
- name: LISTEN_DATABASE_URL
  valueFrom:
    secretKeyRef: { name: {{ include "flagsmith-flagd.databaseSecret" $ }}, key: {{ . }} }
{{- end }}
- { name: DRAIN_MS, value: {{ include "flagsmith-flagd.text" .Values.shutdown.drainMs }} }
- { name: SHUTDOWN_GRACE_MS, value: {{ include "flagsmith-flagd.text" .Values.shutdown.graceMs }} }
{{- with .Values.statusToken.existingSecret }}
- name: STATUS_TOKEN
  valueFrom:
    secretKeyRef: { name: {{ . }}, key: {{ $.Values.statusToken.key }} }
{{- end }}
{{- if .Values.tls.secretName }}
- { name: TLS_CERT_FILE, value: /etc/flagsmith-flagd/tls/tls.crt }
- { name: TLS_KEY_FILE, value: /etc/flagsmith-flagd/tls/tls.key }
{{- if .Values.tls.clientCaSecretName }}
- { name: TLS_CLIENT_CA_FILE, value: /etc/flagsmith-flagd/client-ca/{{ .Values.tls.clientCaKey }} }
- { name: TLS_CLIENT_CERTIFICATES, value: {{ .Values.tls.clientCertificates }} }
{{- end }}
{{- end }}
{{- if .Values.managementTls.secretName }}
- { name: MANAGEMENT_TLS_CERT_FILE, value: /etc/flagsmith-flagd/management-tls/tls.crt }
- { name: MANAGEMENT_TLS_KEY_FILE, value: /etc/flagsmith-flagd/management-tls/tls.key }
{{- end }}
{{- if .Values.state.enabled }}
- { name: STATE_DIR, value: /var/lib/flagsmith-flagd/state }
{{- end }}
{{- range $name, $value := .Values.config }}
- { name: {{ $name }}, value: {{ include "flagsmith-flagd.text" $value }} }
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Whole folders, never single files: a secret that is renewed appears in them. */}}
{{- define "flagsmith-flagd.volumeMounts" -}}
{{- if .Values.state.enabled }}
- { name: state, mountPath: /var/lib/flagsmith-flagd }
{{- end }}
{{- if .Values.tls.secretName }}
- { name: tls, mountPath: /etc/flagsmith-flagd/tls, readOnly: true }
{{- if .Values.tls.clientCaSecretName }}
- { name: client-ca, mountPath: /etc/flagsmith-flagd/client-ca, readOnly: true }
{{- end }}
{{- end }}
{{- if .Values.managementTls.secretName }}
- { name: management-tls, mountPath: /etc/flagsmith-flagd/management-tls, readOnly: true }
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "flagsmith-flagd.volumes" -}}
{{- if .Values.state.enabled }}
- { name: state, emptyDir: { sizeLimit: {{ .Values.state.sizeLimit }} } }
{{- end }}
{{- if .Values.tls.secretName }}
- { name: tls, secret: { secretName: {{ .Values.tls.secretName }} } }
{{- if .Values.tls.clientCaSecretName }}
- { name: client-ca, secret: { secretName: {{ .Values.tls.clientCaSecretName }} } }
{{- end }}
{{- end }}
{{- if .Values.managementTls.secretName }}
- { name: management-tls, secret: { secretName: {{ .Values.managementTls.secretName }} } }
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
