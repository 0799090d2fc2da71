Libraries in lib/ and their licences
====================================

reckoning itself is under the Apache License 2.0: LICENSE. The native library of TensorFlow contains
further libraries; TensorFlow lists them in the directory third_party of its sources.

<#list dependencyMap as entry>
<#assign project = entry.getKey()/>
<#assign licenses = entry.getValue()/>
${project.groupId}:${project.artifactId}:${project.version}
    ${(project.name)!project.artifactId}<#if (project.url)??>, ${project.url}</#if>
    <#list licenses as license>${license}<#sep>; </#sep></#list>
</#list>
