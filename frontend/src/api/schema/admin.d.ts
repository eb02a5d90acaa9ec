/** Made by `npm run types` from the OpenAPI description. Not to be edited. */
export interface paths {
    "/users/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Users: list */
        get: operations["list_users"];
        put?: never;
        /** Users: create */
        post: operations["create_users"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Users: delete */
        delete: operations["delete_users"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/applications/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Applications: list */
        get: operations["list_applications"];
        put?: never;
        /** Applications: create */
        post: operations["create_applications"];
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
        get?: never;
        put?: never;
        post?: never;
        /** Applications: delete */
        delete: operations["delete_applications"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Images that Docker has: list */
        get: operations["list_images"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounting/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Grants of a user: list */
        get: operations["list_accounting"];
        put?: never;
        /** Grants of a user: create */
        post: operations["create_accounting"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounting/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Grants of a user: delete */
        delete: operations["delete_accounting"];
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
        /** Everybody's running applications: list */
        get: operations["list_containers"];
        put?: never;
        post?: never;
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
        get?: never;
        put?: never;
        post?: never;
        /** Everybody's running applications: delete */
        delete: operations["delete_containers"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The realm in numbers: retrieve */
        get: operations["retrieve_stats"];
        put?: never;
        post?: never;
        delete?: never;
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
         * ApplicationEntry
         * @description An application of the accounting.
         */
        ApplicationEntry: {
            /** Image Name */
            image_name: string;
            /**
             * Image Available
             * @description Whether Docker has the image; null while Docker is away
             */
            image_available: boolean | null;
        };
        /**
         * ApplicationForm
         * @description A new one.
         */
        ApplicationForm: {
            /** Image Name */
            image_name: string;
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
         * GrantForm
         * @description A new grant. Volume source and target are given both, or neither for no volume.
         */
        GrantForm: {
            /**
             * User Id
             * @description A user's id; a number is accepted too
             */
            user_id: string | number;
            /** Image Name */
            image_name: string;
            /**
             * App License
             * @default null
             */
            app_license?: string | null;
            /**
             * Allow Home
             * @default false
             */
            allow_home?: boolean;
            /**
             * Allow View
             * @default false
             */
            allow_view?: boolean;
            /**
             * Volume Source
             * @default null
             */
            volume_source?: string | null;
            /**
             * Volume Target
             * @default null
             */
            volume_target?: string | null;
            /**
             * Volume Mode
             * @default null
             */
            volume_mode?: string | null;
            /**
             * Allow Startup Data
             * @default false
             */
            allow_startup_data?: boolean;
        };
        /**
         * GrantItem
         * @description A grant: user, application and policy.
         */
        GrantItem: {
            /** User Id */
            user_id: string;
            /** Image Name */
            image_name: string;
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
         * ImageItem
         * @description An image that Docker has, under one of its names.
         */
        ImageItem: {
            /** Name */
            name: string;
            /** Ui Name */
            ui_name: string;
            /** Description */
            description: string;
            /** Type */
            type: string;
        };
        /**
         * RealmContainer
         * @description A running container of anybody's.
         */
        RealmContainer: {
            /** Docker Id */
            docker_id: string;
            /** Name */
            name: string;
            /** Image Name */
            image_name: string;
            /** Image Id */
            image_id: string;
            /** Mapping Id */
            mapping_id: string;
            /** User */
            user: string;
            /** Realm */
            realm: string;
            /**
             * Started
             * @description Seconds since the epoch
             */
            started: number;
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
         * StatsItem
         * @description The numbers.
         */
        StatsItem: {
            /** Realm */
            realm: string;
            /** Num Total Users */
            num_total_users: number;
            /**
             * Num Active Users
             * @description Users of whom something runs
             */
            num_active_users: number;
            /** Num Applications */
            num_applications: number;
            /** Num Running Containers */
            num_running_containers: number;
            /**
             * Accounting Writable
             * @description False for a read-only accounting (CSV)
             */
            accounting_writable: boolean;
            /**
             * Opened
             * @description What the configuration opens beyond the defaults, a sentence each
             */
            opened: string[];
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
         * UserForm
         * @description A new one.
         */
        UserForm: {
            /** Name */
            name: string;
        };
        /**
         * UserItem
         * @description A user of the accounting.
         */
        UserItem: {
            /** Name */
            name: string;
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
    list_users: {
        parameters: {
            query?: {
                limit?: number;
                offset?: number;
                search?: string;
                sort?: string;
                id?: number;
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
                            [key: string]: components["schemas"]["UserItem"];
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
    create_users: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserForm"];
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
    delete_users: {
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
    list_applications: {
        parameters: {
            query?: {
                limit?: number;
                offset?: number;
                search?: string;
                sort?: string;
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
                            [key: string]: components["schemas"]["ApplicationEntry"];
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
    create_applications: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApplicationForm"];
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
    delete_applications: {
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
    list_images: {
        parameters: {
            query?: {
                limit?: number;
                offset?: number;
                search?: string;
                sort?: string;
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
                            [key: string]: components["schemas"]["ImageItem"];
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
    list_accounting: {
        parameters: {
            query: {
                limit?: number;
                offset?: number;
                search?: string;
                sort?: string;
                filter: string;
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
                            [key: string]: components["schemas"]["GrantItem"];
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
    create_accounting: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GrantForm"];
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
    delete_accounting: {
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
    list_containers: {
        parameters: {
            query?: {
                limit?: number;
                offset?: number;
                search?: string;
                sort?: string;
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
                            [key: string]: components["schemas"]["RealmContainer"];
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
    retrieve_stats: {
        parameters: {
            query?: never;
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
                    "application/json": components["schemas"]["StatsItem"];
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
}
