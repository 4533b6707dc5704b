{{- define "flagsmith-flagd.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "flagsmith-flagd.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 54 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "flagsmith-flagd.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 54 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 54 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "flagsmith-flagd.selectorLabels" -}}
app.kubernetes.io/name: {{ include "flagsmith-flagd.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "flagsmith-flagd.labels" -}}
{{ include "flagsmith-flagd.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "flagsmith-flagd.serverLabels" -}}
{{ include "flagsmith-flagd.selectorLabels" . }}
app.kubernetes.io/component: server
{{- end -}}

{{- define "flagsmith-flagd.image" -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}

{{- define "flagsmith-flagd.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "flagsmith-flagd.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The secret with the server's connection string: one that exists, or the chart's own. */}}
{{- define "flagsmith-flagd.databaseSecret" -}}
{{- if .Values.database.existingSecret -}}
{{- .Values.database.existingSecret -}}
{{- else -}}
{{- printf "%s-database" (include "flagsmith-flagd.fullname" .) -}}
{{- end -}}
{{- end -}}

{{- define "flagsmith-flagd.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "flagsmith-flagd.containerSecurityContext" -}}
readOnlyRootFilesystem: true
allowPrivilegeEscalation: false
capabilities: { drop: [ALL] }
{{- end -}}

{{/* Seconds until a pod is killed: what it was told to take, and five to spare. */}}
{{- define "flagsmith-flagd.gracePeriod" -}}
{{- with .Values.shutdown -}}
{{- add .preStopSeconds (ceil (divf (add .drainMs .graceMs) 1000)) 5 -}}
{{- end -}}
{{- end -}}
