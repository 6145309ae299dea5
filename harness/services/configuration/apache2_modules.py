"""Of which module the directives of boot servers are (httpd's "Directive Quick Reference")."""

_DIRECTIVES = {
    "access_compat": "Allow Deny Order Satisfy",
    "actions": "Action Script",
    "alias": "Alias AliasMatch Redirect RedirectMatch RedirectPermanent RedirectTemp ScriptAlias "
    "ScriptAliasMatch",
    "auth_basic": "AuthBasicProvider AuthBasicAuthoritative",
    "authn_core": "AuthName AuthType",
    "authn_file": "AuthUserFile",
    "authz_core": "Require RequireAll RequireAny RequireNone",
    "authz_groupfile": "AuthGroupFile",
    "autoindex": "AddIcon AddIconByEncoding AddIconByType DefaultIcon HeaderName IndexIgnore "
    "IndexOptions ReadmeName",
    "cgid": "ScriptSock",
    "dav": "Dav",
    "deflate": "DeflateCompressionLevel DeflateFilterNote",
    "dir": "DirectoryIndex DirectorySlash FallbackResource",
    "env": "PassEnv SetEnv UnsetEnv",
    "expires": "ExpiresActive ExpiresByType ExpiresDefault",
    "filter": "AddOutputFilterByType FilterDeclare",
    "headers": "Header RequestHeader",
    "log_config": "CustomLog LogFormat TransferLog",
    "mime": "AddCharset AddEncoding AddHandler AddLanguage AddOutputFilter AddType ForceType "
    "RemoveType TypesConfig",
    "mime_magic": "MimeMagicFile",
    "negotiation": "LanguagePriority ForceLanguagePriority",
    "proxy": "ProxyPass ProxyPassMatch ProxyPassReverse ProxyPreserveHost ProxyRequests",
    "remoteip": "RemoteIPHeader RemoteIPInternalProxy RemoteIPTrustedProxy",
    "reqtimeout": "RequestReadTimeout",
    "rewrite": "RewriteBase RewriteCond RewriteEngine RewriteMap RewriteOptions RewriteRule",
    "setenvif": "BrowserMatch BrowserMatchNoCase SetEnvIf SetEnvIfNoCase",
    "ssl": "SSLCertificateFile SSLCertificateKeyFile SSLCipherSuite SSLEngine SSLProtocol",
    "status": "ExtendedStatus",
    "unixd": "Group User",
    "userdir": "UserDir",
}
MODULES = {
    directive.lower(): module
    for module, directives in _DIRECTIVES.items()
    for directive in directives.split()
}
"""Directive, in small letters → the module without which apache2 refuses it as unknown."""
