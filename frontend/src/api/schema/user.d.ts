/** Made by `npm run types` from the OpenAPI description. Not to be edited. */
export interface paths {
    "/applications/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Applications that you may start: list */
        get: operations["list_applications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/applications/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** Applications that you may start: retrieve */
        get: operations["retrieve_applications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/containers/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your running applications: list */
        get: operations["list_containers"];
        put?: never;
        /** Your running applications: create */
        post: operations["create_containers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/containers/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** Your running applications: retrieve */
        get: operations["retrieve_containers"];
        put?: never;
        post?: never;
        /** Your running applications: delete */
        delete: operations["delete_containers"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * ApplicationImage
         * @description The image, as its labels describe it.
         */
        ApplicationImage: {
            /** Name */
            name: string;
            /** Ui Name */
            ui_name: string;
            /**
             * Icon 128
             * @description base64 of a PNG, or empty
             */
            icon_128: string;
            /** Description */
            description: string;
            /**
             * Type
             * @description vncapp, webapp, or empty for images that do not say
             */
            type: string;
            /**
             * Configurables
             * @description Tags of the start-time choices it supports
             */
            configurables: string[];
            policy: components["schemas"]["Policy"];
        };
        /**
         * ApplicationItem
         * @description A granted application. ``container`` is absent when nothing runs.
         */
        ApplicationItem: {
            /** Mapping Id */
            mapping_id: string;
            image: components["schemas"]["ApplicationImage"];
            /** @default null */
            container?: components["schemas"]["RunningContainer"];
        };
        /**
         * ChangeData
         * @description Something started or was granted: worth a look at the list.
         */
        ChangeData: {
            /**
             * At
             * @description When it happened: seconds since the epoch
             */
            at: number;
            /**
             * Mapping Id
             * @description Whose start is over; else absent
             * @default null
             */
            mapping_id?: string | null;
            /**
             * Missed
             * @description Events before this one may have been missed
             * @default false
             */
            missed?: boolean;
        };
        /**
         * ContainerItem
         * @description A running container.
         */
        ContainerItem: {
            /** Name */
            name: string;
            /** Image Name */
            image_name: string;
            /** Mapping Id */
            mapping_id: string;
        };
        /**
         * EndedData
         * @description A running application ended, whoever did it.
         */
        EndedData: {
            /**
             * At
             * @description When it happened: seconds since the epoch
             */
            at: number;
            /** Mapping Id */
            mapping_id: string;
            /** Url Id */
            url_id: string;
            /** Name */
            name: string;
            /**
             * Asked
             * @description Somebody stopped it on purpose; then nothing else is known
             */
            asked: boolean;
            /**
             * Reason
             * @description A sentence for the user
             */
            reason: string;
            /** Exit Code */
            exit_code: number | null;
            /** Out Of Memory */
            out_of_memory: boolean;
            /**
             * Log
             * @description The last lines that it wrote
             */
            log: string;
            /**
             * Ref
             * @description Found in the log of the server
             */
            ref: string;
        };
        /**
         * GrantedData
         * @description A revocation was taken back.
         */
        GrantedData: {
            /**
             * At
             * @description When it happened: seconds since the epoch
             */
            at: number;
            /** Mapping Id */
            mapping_id: string;
            /** Url Id */
            url_id: string;
        };
        /**
         * Policy
         * @description How the application may run.
         */
        Policy: {
            /** App License */
            app_license: string | null;
            /** Allow Home */
            allow_home: boolean;
            /** Allow View */
            allow_view: boolean;
            /** Volume Source */
            volume_source: string | null;
            /** Volume Target */
            volume_target: string | null;
            /** Volume Mode */
            volume_mode: string | null;
            /** Allow Startup Data */
            allow_startup_data: boolean;
        };
        /**
         * RevokedData
         * @description The grant of a running application was taken away. Told to each page that connects.
         */
        RevokedData: {
            /**
             * At
             * @description When it happened: seconds since the epoch
             */
            at: number;
            /** Mapping Id */
            mapping_id: string;
            /** Url Id */
            url_id: string;
            /** Name */
            name: string;
            /**
             * Ends At
             * @description When the server will end it; null: it runs on
             */
            ends_at: number | null;
        };
        /**
         * RunningContainer
         * @description What runs of an application.
         */
        RunningContainer: {
            /** Name */
            name: string;
            /** Image Name */
            image_name: string;
            /** Url Id */
            url_id: string;
        };
        /**
         * StartForm
         * @description What to start, and how.
         */
        StartForm: {
            /** Mapping Id */
            mapping_id: string;
            /**
             * Configurables
             * @description Tag of a configurable -> its values
             * @default null
             */
            configurables?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * StepData
         * @description A start entered a step.
         */
        StepData: {
            /**
             * At
             * @description When it happened: seconds since the epoch
             */
            at: number;
            /** Mapping Id */
            mapping_id: string;
            /**
             * Step
             * @enum {string}
             */
            step: "grant" | "image" | "environment" | "start" | "wait" | "publish";
        };
        /**
         * WarningData
         * @description A start has something to tell the user.
         */
        WarningData: {
            /**
             * At
             * @description When it happened: seconds since the epoch
             */
            at: number;
            /** Mapping Id */
            mapping_id: string;
            /**
             * Step
             * @enum {string}
             */
            step: "grant" | "image" | "environment" | "start" | "wait" | "publish";
            /** Message */
            message: string;
        };
        Error: {
            /** @enum {string} */
            type: "NotFound" | "Exists" | "BadRepresentation" | "BadQueryArguments" | "Unable";
            message: string;
            /** @description Found in the log beside the trace; each 5xx has one */
            ref?: string;
            /** @description Of a 503: what is away */
            service?: string;
            /** @description Of a start that failed: at which step; as the next */
            step?: string;
            exit_code?: number | null;
            out_of_memory?: boolean;
            /** @description The last lines that the application wrote */
            log?: string;
        };
        /** @description Name of a server-sent event of events/ -> the JSON in its data */
        Events: {
            step: components["schemas"]["StepData"];
            warning: components["schemas"]["WarningData"];
            change: components["schemas"]["ChangeData"];
            ended: components["schemas"]["EndedData"];
            revoked: components["schemas"]["RevokedData"];
            granted: components["schemas"]["GrantedData"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_applications: {
        parameters: {
            query?: {
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Well */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        identifiers: string[];
                        items: {
                            [key: string]: components["schemas"]["ApplicationItem"];
                        };
                        offset: number;
                        total: number;
                    };
                };
            };
            /** @description What was sent is wrong; the message names what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Not logged in, or not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The resource does not have this method */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Exists already, or is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description It could not be done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Docker, the database, the gate or JupyterHub is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    retrieve_applications: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Well */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApplicationItem"];
                };
            };
            /** @description What was sent is wrong; the message names what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Not logged in, or not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The resource does not have this method */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Exists already, or is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description It could not be done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Docker, the database, the gate or JupyterHub is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    list_containers: {
        parameters: {
            query?: {
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Well */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        identifiers: string[];
                        items: {
                            [key: string]: components["schemas"]["ContainerItem"];
                        };
                        offset: number;
                        total: number;
                    };
                };
            };
            /** @description What was sent is wrong; the message names what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Not logged in, or not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The resource does not have this method */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Exists already, or is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description It could not be done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Docker, the database, the gate or JupyterHub is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    create_containers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartForm"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    Location: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What was sent is wrong; the message names what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Not logged in, or not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The resource does not have this method */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Exists already, or is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description It could not be done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Docker, the database, the gate or JupyterHub is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    retrieve_containers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Well */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContainerItem"];
                };
            };
            /** @description What was sent is wrong; the message names what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Not logged in, or not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The resource does not have this method */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Exists already, or is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description It could not be done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Docker, the database, the gate or JupyterHub is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    delete_containers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What was sent is wrong; the message names what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Not logged in, or not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The resource does not have this method */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Exists already, or is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description It could not be done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Docker, the database, the gate or JupyterHub is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
}
